//! The order of a list, as Tastypie reads it from `order_by` (docs/contracts/chembiohub.md#lists).

use std::cmp::Ordering;

use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::text::Name;
use crate::http::RequestError;

/// The fields of an invitation.
pub(super) const FIELDS: [&str; 8] =
    ["created", "created_by", "email", "first_name", "id", "last_name", "modified", "resource_uri"];

/// A field by which a list can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Created,
    Email,
    FirstName,
    Id,
    LastName,
    Modified,
}

/// A field, and whether its order is reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SortKey {
    field: Field,
    reversed: bool,
}

impl SortKey {
    /// Reads a field, with `-` before it for the reversed order.
    ///
    /// # Errors
    /// `InvalidQuery` for an unknown field, and for one that has no order.
    pub(super) fn read(text: &str) -> Result<Self, RequestError> {
        let wrong = |detail| RequestError::InvalidQuery("order_by", detail);
        let (name, reversed) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let field = match name {
            "created" => Field::Created,
            "email" => Field::Email,
            "first_name" => Field::FirstName,
            "id" => Field::Id,
            "last_name" => Field::LastName,
            "modified" => Field::Modified,
            known if FIELDS.contains(&known) => {
                return Err(wrong("This field does not allow ordering."));
            }
            _ => return Err(wrong("An invitation has no such field.")),
        };
        Ok(Self { field, reversed })
    }
}

/// Sorts the invites by these keys. Invites that are equal by all of them keep their order.
pub(super) fn sort(invites: &mut [Invite], keys: &[SortKey]) {
    invites.sort_by(|left, right| {
        keys.iter().map(|key| compare(*key, left, right)).fold(Ordering::Equal, Ordering::then)
    });
}

fn compare(key: SortKey, left: &Invite, right: &Invite) -> Ordering {
    let order = match key.field {
        Field::Created => left.created_at.cmp(&right.created_at),
        Field::Email => address(left).cmp(address(right)),
        Field::FirstName => names(left).0.cmp(names(right).0),
        Field::Id => left.id.cmp(&right.id),
        Field::LastName => names(left).1.cmp(names(right).1),
        Field::Modified => left.updated_at.cmp(&right.updated_at),
    };
    if key.reversed { order.reverse() } else { order }
}

/// Returns the invited address. Empty if the invitee has none.
pub(super) fn address(invite: &Invite) -> &str {
    invite.invitee.address().map_or("", |address| address.as_str())
}

/// Returns the first and the last name that the inviter gave. Empty if there are none.
pub(super) fn names(invite: &Invite) -> (&str, &str) {
    match &invite.invitee {
        Invitee::Person(person) => {
            (text(person.first_name.as_ref()), text(person.last_name.as_ref()))
        }
        Invitee::User(_)
        | Invitee::Email(_)
        | Invitee::Phone(_)
        | Invitee::Account(_)
        | Invitee::Link(_) => ("", ""),
    }
}

fn text(name: Option<&Name>) -> &str {
    name.map_or("", Name::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::invite::tests::pending;

    fn invite(email: &str) -> Invite {
        pending(Invitee::Email(EmailAddress::parse(email).unwrap()), None)
    }

    fn sorted(order: &[&str]) -> Vec<String> {
        let keys: Vec<SortKey> = order.iter().map(|text| SortKey::read(text).unwrap()).collect();
        let mut invites = vec![invite("b@x.org"), invite("c@x.org"), invite("a@x.org")];
        invites[0].created_at = invites[0].created_at.plus(60);
        sort(&mut invites, &keys);
        invites.iter().map(|invite| address(invite).to_owned()).collect()
    }

    #[test]
    fn the_keys_decide_one_after_the_other() {
        assert_eq!(sorted(&[]), ["b@x.org", "c@x.org", "a@x.org"]);
        assert_eq!(sorted(&["email"]), ["a@x.org", "b@x.org", "c@x.org"]);
        assert_eq!(sorted(&["-email"]), ["c@x.org", "b@x.org", "a@x.org"]);
        assert_eq!(sorted(&["created"]), ["c@x.org", "a@x.org", "b@x.org"]);
        assert_eq!(sorted(&["-created", "email"]), ["b@x.org", "a@x.org", "c@x.org"]);
        assert_eq!(sorted(&["first_name", "last_name", "modified"])[0], "b@x.org");
    }

    #[test]
    fn only_some_fields_have_an_order() {
        for field in FIELDS {
            let ordered = !["created_by", "resource_uri"].contains(&field);
            assert_eq!(SortKey::read(field).is_ok(), ordered, "{field}");
            assert_eq!(SortKey::read(&format!("-{field}")).is_ok(), ordered, "{field}");
        }
        for text in ["", "-", "--id", "Email", "message", "email__x", " id"] {
            assert!(SortKey::read(text).is_err(), "{text}");
        }
    }
}
