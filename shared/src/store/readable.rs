//! Items that cannot be read, for example with an unknown value of an enum. Where an access reads
//! several items, such an item is skipped and logged, and fails nothing else.

use sha2::{Digest, Sha256};

use super::StoreError;
use super::access::Item;
use super::keys::Key;

/// Converts the items, and skips those that cannot be read.
pub(super) fn readable<T>(
    items: impl IntoIterator<Item = Item>,
    convert: impl Fn(Item) -> Result<T, StoreError>,
) -> Vec<T> {
    items.into_iter().filter_map(|item| readable_one(item, &convert)).collect()
}

/// Converts the item. `None` if it cannot be read.
pub(super) fn readable_one<T>(
    item: Item,
    convert: impl Fn(Item) -> Result<T, StoreError>,
) -> Option<T> {
    let key = Key::of(&item);
    convert(item)
        .inspect_err(|error| {
            // A metric filter of template.yaml counts these lines by `skipped`.
            let key = key.as_ref().map(shown).unwrap_or_default();
            tracing::error!(skipped = "unreadable", item.key = key, %error, "Skipped an item that cannot be read");
        })
        .ok()
}

/// Returns the key for a log line: `<pk>/<sk>`. A part that may be personal, such as a user's id or
/// an address, is shown as the beginning of its SHA-256.
pub(super) fn shown(key: &Key) -> String {
    format!("{}/{}", masked(&key.pk), masked(&key.sk))
}

fn masked(part: &str) -> String {
    match part.split_once('#') {
        None | Some(("G" | "I", _)) => part.to_owned(),
        Some((kind, personal)) => {
            let digest = Sha256::digest(personal.as_bytes());
            let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("{kind}#sha256:{hex}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::Identity;
    use crate::domain::ids::{GroupId, InviteId, UserId};
    use crate::store::{access, keys};

    #[test]
    fn a_key_in_the_log_names_group_and_invite_but_no_person() {
        let group = GroupId::parse("3773").unwrap();
        let user = UserId::parse("ada@example.com").unwrap();
        let id = InviteId::from_number(7).unwrap();
        assert_eq!(shown(&keys::group(&group)), "G#3773/G");
        assert_eq!(shown(&keys::invite(&group, id)), "G#3773/I#7");
        // printf %s ada@example.com | sha256sum
        assert_eq!(shown(&keys::member(&group, &user)), "G#3773/M#sha256:b5fc85e55755f9e0");
        assert!(shown(&keys::user(&user)).starts_with("U#sha256:"));
        let email =
            Identity::Email(crate::domain::email::EmailAddress::parse("ada@example.com").unwrap());
        assert!(!shown(&keys::pointer(&email)).contains("example"));
    }

    #[test]
    fn an_item_that_cannot_be_read_is_skipped() {
        let items = [1, 2, 3].map(|number| Item::from([("n".to_owned(), access::number(number))]));
        let odd = |item: Item| {
            let number = item["n"].as_n().cloned().unwrap_or_default();
            if number == "2" { Err(StoreError::corrupt("test", "even")) } else { Ok(number) }
        };
        assert_eq!(readable(items, odd), ["1", "3"]);
    }
}
