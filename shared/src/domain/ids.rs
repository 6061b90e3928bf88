//! Identifiers. The engine treats them as opaque. Their syntax is checked once, so that no id can
//! forge another item's key.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::invisible::trim;
use super::{Invalid, deserialize_by_parse};

/// A group's id: 1 to 64 of `A–Z a–z 0–9 _ -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct GroupId(String);

impl GroupId {
    /// The most characters that a group id may have.
    pub const MAX_LENGTH: usize = 64;

    /// Parses a group id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        if fits
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "invalid_group_id",
                "A group id is 1 to 64 letters, digits, '_' or '-'.",
            )
            .or_hidden(text))
        }
    }

    /// Creates a decimal group id from 64 random bits. It is below 2^53, so that every API can
    /// carry it.
    pub fn from_random(random: u64) -> Self {
        Self(below_2_53(random).to_string())
    }

    /// Returns the id of the application, to which the invites that lead to no group belong. No
    /// group can be created with it.
    pub fn application() -> Self {
        Self("_system".into())
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The start of a pending user's id. The blank keeps it apart from every user's id.
const PENDING_PREFIX: &str = "pending ";

/// A user's id: the identity provider's `sub`, 1 to 128 visible ASCII characters without `#`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Parses a user id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let fits = (1..=128).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "invalid_user_id",
                "A user id is 1 to 128 visible ASCII characters other than '#'.",
            )
            .or_hidden(text))
        }
    }

    /// Returns the id of the pending user for `address_key`. The same address always gives the same
    /// id, and different addresses give different ids.
    ///
    /// It has a blank, which [`UserId::parse`] refuses. So no caller can have or name it.
    pub fn of_pending(address_key: &str) -> Self {
        let digest = hash("pending-user", &[address_key.as_bytes()]);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{PENDING_PREFIX}{hex}"))
    }

    /// Returns whether this is the id of a pending user, who can never sign in.
    pub fn is_pending(&self) -> bool {
        self.0.starts_with(PENDING_PREFIX)
    }

    /// Parses an id that was stored: a user's, or a pending user's.
    pub fn parse_stored(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix(PENDING_PREFIX).unwrap_or_default();
        if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_owned()))
        } else {
            Self::parse(text)
        }
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invite's id: a decimal integer from 1 to 2^53 − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteId(u64);

impl InviteId {
    /// Returns the id of the invite for `invitee_key` in `group`: the first 53 bits of SHA-256 over
    /// both, never 0.
    ///
    /// `attempt` starts at 0 and increases if another invitee already has the resulting id.
    pub fn of(group: &GroupId, invitee_key: &str, attempt: u8) -> Self {
        Self(hash_53("invite", &[group.as_str().as_bytes(), invitee_key.as_bytes(), &[attempt]]))
    }

    /// Creates an id from a number; refuses 0 and numbers from 2^53.
    pub fn from_number(number: u64) -> Result<Self, Invalid> {
        if (1..1 << 53).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Invalid::new(
                "invalid_invite_id",
                "An invite id is a decimal integer from 1 to 9007199254740991.",
            ))
        }
    }

    /// Parses an id in plain decimal digits, without a sign or leading zeros.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let plain = !text.is_empty()
            && text.len() <= 16
            && !text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if plain { text.parse().unwrap_or(0) } else { 0 };
        Self::from_number(number).map_err(|invalid| invalid.or_hidden(text))
    }

    /// Returns the id as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Returns the number of a user's membership in a group, for the APIs that number memberships. It
/// is a hash, so the same pair always gives the same number.
pub fn member_number(group: &GroupId, user: &UserId) -> u64 {
    hash_53("member", &[group.as_str().as_bytes(), user.as_str().as_bytes()])
}

impl Serialize for InviteId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

macro_rules! display_inner {
    ($($type:ty),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
display_inner!(GroupId, UserId, InviteId);
deserialize_by_parse!(GroupId);
deserialize_by_parse!(UserId);
deserialize_by_parse!(InviteId);

fn below_2_53(bits: u64) -> u64 {
    (bits >> 11).max(1)
}

/// Returns the first 53 bits of [`hash`], never 0.
fn hash_53(purpose: &str, parts: &[&[u8]]) -> u64 {
    let digest = hash(purpose, parts);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    below_2_53(u64::from_be_bytes(first))
}

/// Returns SHA-256 over `purpose` and `parts`. The length before each part makes different lists
/// hash differently.
fn hash(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invite_ids_depend_only_on_group_invitee_and_attempt() {
        let group = GroupId::parse("3773").unwrap();
        let id = InviteId::of(&group, "e:ada@example.com", 0);
        assert_eq!(id, InviteId::of(&group, "e:ada@example.com", 0));
        assert_ne!(id, InviteId::of(&group, "e:bob@example.com", 0));
        assert_ne!(id, InviteId::of(&group, "e:ada@example.com", 1));
        assert_ne!(id, InviteId::of(&GroupId::parse("3774").unwrap(), "e:ada@example.com", 0));
    }

    #[test]
    fn invite_ids_are_plain_decimal_numbers() {
        for text in [
            "",
            "0",
            "01",
            "+1",
            "-1",
            "1.0",
            "1e3",
            "1 1",
            "9007199254740992",
            "99999999999999999999",
            "1",
            "٣",
        ] {
            assert_eq!(InviteId::parse(text).is_ok(), text == "1", "{text}");
        }
        assert!(InviteId::parse("9007199254740991").is_ok());
    }

    #[test]
    fn ids_refuse_characters_that_could_forge_a_key() {
        for text in ["", "a#b", "a b", "é", "a\u{0}", "a/b", &"a".repeat(65)] {
            assert!(GroupId::parse(text).is_err(), "{text}");
        }
        for text in ["", "a#b", "a b", "é", "a\u{7f}", &"a".repeat(129)] {
            assert!(UserId::parse(text).is_err(), "{text}");
        }
        assert!(UserId::parse("auth0|5f7c8ec7").is_ok());
    }

    #[test]
    fn a_pending_user_has_an_id_that_no_caller_can_name() {
        let pending = UserId::of_pending("e:ada@example.com");
        assert_eq!(pending, UserId::of_pending("e:ada@example.com"));
        assert_ne!(pending, UserId::of_pending("e:bob@example.com"));
        assert!(UserId::parse(pending.as_str()).is_err());
        assert!(serde_json::from_value::<UserId>(pending.as_str().into()).is_err());
        assert_eq!(UserId::parse_stored(pending.as_str()), Ok(pending));
        assert!(UserId::parse_stored("29845").is_ok());
        for text in ["", "pending 1", "pending x", "a b"] {
            assert!(UserId::parse_stored(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_address_gives_a_pending_user_the_id_of_a_user(key in "\\PC{0,40}") {
            let pending = UserId::of_pending(&key);
            prop_assert!(UserId::parse(pending.as_str()).is_err());
            prop_assert_eq!(UserId::parse_stored(pending.as_str()), Ok(pending));
        }

        #[test]
        fn parsing_an_id_never_panics_and_keeps_its_text(text in ".{0,80}") {
            prop_assert_eq!(GroupId::parse(&text), GroupId::parse(trim(&text)));
            prop_assert_eq!(UserId::parse(&text), UserId::parse(trim(&text)));
            prop_assert_eq!(InviteId::parse(&text), InviteId::parse(trim(&text)));
            let text = trim(&text);
            if let Ok(id) = GroupId::parse(text) { prop_assert_eq!(id.as_str(), text); }
            if let Ok(id) = UserId::parse(text) { prop_assert_eq!(id.as_str(), text); }
            if let Ok(id) = InviteId::parse(text) { prop_assert_eq!(id.to_string(), text); }
        }

        #[test]
        fn generated_ids_fit_every_api(bits: u64, key in ".{0,40}", attempt: u8) {
            let group = GroupId::from_random(bits);
            prop_assert!(GroupId::parse(group.as_str()).is_ok());
            prop_assert!(InviteId::from_number(InviteId::of(&group, &key, attempt).number()).is_ok());
        }
    }
}
