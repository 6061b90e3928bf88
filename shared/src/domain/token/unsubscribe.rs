//! Unsubscribe tokens, for `List-Unsubscribe` (RFC 8058).
//!
//! A token is `bku_` + base62(version ‖ hash of the address ‖ first 128 bits of an HMAC over it ‖
//! checksum). It names its address only by the keyed hash of the suppression list, so a mail's headers
//! in a log tell no address.

use std::fmt;

use subtle::ConstantTimeEq;

use super::{CHECKSUM, TAG, TokenKeys, base62, checksum, tag_under};
use crate::domain::email::EmailAddress;

const PREFIX: &str = "bku_";
/// The length of the longest token: 37 bytes are at most 50 digits of base62.
const MAX_LENGTH: usize = PREFIX.len() + 50;
/// The purposes of the hashes. They must not change, because stored entries and sent mails have them.
const SUPPRESSED: &str = "suppressed";
const UNSUBSCRIBE: &str = "unsubscribe";

/// The keyed hash by which the suppression list names an address.
pub type AddressHash = [u8; TAG];

/// A token that lets its holder end the mails to one address, and nothing else. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsubscribeToken(String);

impl UnsubscribeToken {
    /// Returns the token as text, for the mail that delivers it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnsubscribeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bku_…")
    }
}

impl TokenKeys {
    /// Returns the hashes by which the suppression list may name the address: first the one under the
    /// current key, which new entries have.
    pub fn address_hashes(&self, address: &EmailAddress) -> Vec<AddressHash> {
        self.tags(SUPPRESSED, address.key().as_bytes())
    }

    /// Returns the token that ends the mails to this address.
    pub fn unsubscribe_token(&self, address: &EmailAddress) -> UnsubscribeToken {
        let hash = self.tag(SUPPRESSED, address.key().as_bytes());
        let mut bytes = vec![self.version];
        bytes.extend(hash);
        bytes.extend(tag_under(&self.current, UNSUBSCRIBE, &hash));
        bytes.extend(checksum(&bytes));
        UnsubscribeToken(format!("{PREFIX}{}", base62::encode(&bytes)))
    }

    /// Returns the hash of the address whose mails the token ends. `None` for malformed, altered and
    /// foreign tokens, and for those of a key that is no longer in use.
    pub fn unsubscribed(&self, token: &str) -> Option<AddressHash> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let bytes = base62::decode(token.strip_prefix(PREFIX)?)?;
        let (signed, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        let (&version, rest) = signed.split_first()?;
        let (hash, tag) = rest.split_at_checked(TAG)?;
        let expected = tag_under(self.key(version)?, UNSUBSCRIBE, hash);
        let genuine = bool::from(expected.as_slice().ct_eq(tag)) && sum == checksum(signed);
        genuine.then(|| hash.try_into().ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;

    fn keys(version: u8, current: &str, previous: Option<&str>) -> TokenKeys {
        let secret = |text: &str| SecretString::from(text.repeat(32));
        TokenKeys::new(version, secret(current), previous.map(secret))
    }

    fn ada() -> EmailAddress {
        EmailAddress::parse("Ada@example.com").unwrap()
    }

    #[test]
    fn a_token_names_its_address_as_the_suppression_list_does() {
        let keys = keys(1, "a", None);
        let token = keys.unsubscribe_token(&ada());
        assert!(token.expose().len() <= MAX_LENGTH);
        assert_eq!(keys.unsubscribed(token.expose()), Some(keys.address_hashes(&ada())[0]));
        assert!(keys.verify(token.expose()).is_none(), "it opens no invite");
        assert_eq!(format!("{token:?}"), "bku_…");
    }

    #[test]
    fn a_token_works_after_one_rotation_but_not_after_two() {
        let token = keys(1, "a", None).unsubscribe_token(&ada());
        let after_one = keys(2, "b", Some("a"));
        let hash = after_one.unsubscribed(token.expose()).unwrap();
        assert!(after_one.address_hashes(&ada()).contains(&hash));
        assert_eq!(keys(3, "c", Some("b")).unsubscribed(token.expose()), None);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_refused(at in 4usize..53, to in 0usize..62) {
            let keys = keys(1, "a", None);
            let mut text = keys.unsubscribe_token(&ada()).expose().as_bytes().to_vec();
            prop_assume!(text[at] != base62::ALPHABET[to]);
            text[at] = base62::ALPHABET[to];
            prop_assert_eq!(keys.unsubscribed(std::str::from_utf8(&text).unwrap()), None);
        }

        #[test]
        fn junk_is_refused_without_panic(text in "(bku_)?\\PC{0,100}") {
            prop_assert_eq!(keys(1, "a", None).unsubscribed(&text), None);
        }
    }
}
