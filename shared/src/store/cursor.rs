//! List cursors: the position where a page ended, authenticated for one list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::token::TokenKeys;

/// The cursor belongs to another list, or is forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct CursorError;

/// The longest cursor that is read, in bytes.
const MAX_LENGTH: usize = 2048;

/// Encodes a position as a cursor for `list`, a text that names the list and its filters.
///
/// # Errors
/// [`CursorError`] if the position can't be serialized.
pub(super) fn seal<P: Serialize>(
    keys: &TokenKeys,
    list: &str,
    position: &P,
) -> Result<String, CursorError> {
    let position = serde_json::to_vec(position).map_err(|_| CursorError)?;
    let tag = keys.tag(list, &position);
    Ok(URL_SAFE_NO_PAD.encode([tag.as_slice(), &position].concat()))
}

/// Decodes a position that [`seal`] encoded for the same list.
///
/// # Errors
/// [`CursorError`] if the cursor belongs to another list or is forged.
pub(super) fn open<P: DeserializeOwned>(
    keys: &TokenKeys,
    list: &str,
    cursor: &str,
) -> Result<P, CursorError> {
    if cursor.len() > MAX_LENGTH {
        return Err(CursorError);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError)?;
    let (tag, position) = bytes.split_at_checked(16).ok_or(CursorError)?;
    if !keys.made_tag(tag, list, position) {
        return Err(CursorError);
    }
    serde_json::from_slice(position).map_err(|_| CursorError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;

    fn keys() -> TokenKeys {
        TokenKeys::new(1, SecretString::from("k".repeat(32)), None)
    }

    #[test]
    fn a_cursor_opens_for_its_own_list_only() {
        let cursor = seal(&keys(), "group 3773", &(1, "sort")).unwrap();
        assert_eq!(
            open::<(i32, String)>(&keys(), "group 3773", &cursor),
            Ok((1, "sort".to_owned()))
        );
        assert_eq!(open::<(i32, String)>(&keys(), "group 3774", &cursor), Err(CursorError));
    }

    proptest! {
        #[test]
        fn forged_cursors_are_refused(text in "\\PC{0,80}") {
            prop_assert_eq!(open::<(i32, String)>(&keys(), "list", &text), Err(CursorError));
        }

        #[test]
        fn a_changed_cursor_is_refused(at in 0usize..40, to in "[A-Za-z0-9_-]") {
            let cursor = seal(&keys(), "list", &(1, "sort")).unwrap();
            let mut changed = cursor.clone();
            let at = at.min(cursor.len() - 1);
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != cursor);
            prop_assert_eq!(open::<(i32, String)>(&keys(), "list", &changed), Err(CursorError));
        }
    }
}
