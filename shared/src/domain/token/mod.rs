//! Link tokens. They are derived from keys and never stored (ADR 0002).
//!
//! `root = HMAC-SHA256(TOKEN_KEY, "invite" ‖ group ‖ id ‖ generation)`. A token is `bkn_` +
//! base62(version ‖ group ‖ id ‖ generation ‖ first 128 bits of HMAC-SHA256(root, "link") ‖
//! checksum).
//!
//! The checksum lets a secret scanner recognize a token without a key.

mod base62;
mod copied;
mod unsubscribe;

use std::fmt;

pub(super) use copied::is_whole;
pub use copied::{TokenFlaw, copied_tokens};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
pub use unsubscribe::{AddressHash, UnsubscribeToken};

use super::counters::Generation;
use super::ids::{GroupId, InviteId};

const PREFIX: &str = "bkn_";
const TAG: usize = 16;
const CHECKSUM: usize = 4;
/// The length of the longest token. A group id of 64 characters makes 98 bytes, which are 132
/// digits of base62.
const MAX_LENGTH: usize = PREFIX.len() + 132;

/// The subject of a token: one generation of one invite of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSubject {
    /// The group.
    pub group: GroupId,
    /// The invite.
    pub invite: InviteId,
    /// The generation.
    pub generation: Generation,
}

/// A link token, which lets its holder ask to join. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteToken(String);

impl InviteToken {
    /// Creates a token from the text of a macaroon.
    pub(super) fn of_macaroon(text: String) -> Self {
        Self(text)
    }

    /// Returns the token as text, for the answer, mail or page that delivers it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InviteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.starts_with(PREFIX) { "bkn_…" } else { "macaroon…" })
    }
}

/// The keys of tokens: the current key, which signs, and the keys before and after it, which only
/// verify (ADR 0029).
#[derive(Clone)]
pub struct TokenKeys {
    version: u8,
    current: SecretString,
    previous: Option<SecretString>,
    next: Option<SecretString>,
}

impl TokenKeys {
    /// Creates the keys. `version` (1 to 255) numbers `current`, and `version − 1` numbers
    /// `previous`.
    pub fn new(version: u8, current: SecretString, previous: Option<SecretString>) -> Self {
        Self { version: version.max(1), current, previous, next: None }
    }

    /// Returns the keys with the next one, which is numbered `version + 1`. It verifies before any
    /// function signs with it, so that a gradual rollout and a rollback end no link.
    #[must_use]
    pub fn with_next(self, next: Option<SecretString>) -> Self {
        Self { next, ..self }
    }

    /// Returns the token of this subject under the current key.
    pub fn token(&self, subject: &TokenSubject) -> InviteToken {
        let mut bytes = head(self.version, subject);
        bytes.extend(link_tag(&self.current, subject));
        bytes.extend(checksum(&bytes));
        InviteToken(format!("{PREFIX}{}", base62::encode(&bytes)))
    }

    /// Returns the subject of a token that one of the keys made. `None` for malformed, altered and
    /// foreign tokens.
    pub fn verify(&self, token: &str) -> Option<TokenSubject> {
        self.verify_version(token).map(|(_, subject)| subject)
    }

    /// Returns the version of the key that made the token, and its subject, as
    /// [`TokenKeys::verify`] does.
    pub(super) fn verify_version(&self, token: &str) -> Option<(u8, TokenSubject)> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let bytes = base62::decode(token.strip_prefix(PREFIX)?)?;
        let (signed, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        let (head_bytes, tag) = signed.split_at_checked(signed.len().checked_sub(TAG)?)?;
        let (version, subject) = read_head(head_bytes)?;
        let expected = link_tag(self.key(version)?, &subject);
        let genuine = bool::from(expected.ct_eq(tag)) && sum == checksum(signed);
        genuine.then_some((version, subject))
    }

    /// Returns the version of the current key.
    pub(super) fn version(&self) -> u8 {
        self.version
    }

    /// Returns the secret of the subject's macaroons under the current key.
    pub(super) fn macaroon_secret(&self, subject: &TokenSubject) -> [u8; 32] {
        macaroon_secret(&self.current, subject)
    }

    /// Returns the secret of the subject's macaroons under the key of this version. `None` if that
    /// key is not in use.
    pub(super) fn macaroon_secret_of(
        &self,
        version: u8,
        subject: &TokenSubject,
    ) -> Option<[u8; 32]> {
        Some(macaroon_secret(self.key(version)?, subject))
    }

    /// Returns a hash of `data` for one `purpose`, keyed with the current key. Each purpose gives
    /// another hash.
    pub fn tag(&self, purpose: &str, data: &[u8]) -> [u8; TAG] {
        tag_under(&self.current, purpose, data)
    }

    /// Returns the hash of `data` for one `purpose` under every key: first the current one, then the
    /// others. What was stored under a hash is found under one of them for two rotations.
    pub fn tags(&self, purpose: &str, data: &[u8]) -> Vec<[u8; TAG]> {
        let keys = [Some(&self.current), self.previous.as_ref(), self.next.as_ref()];
        keys.into_iter().flatten().map(|key| tag_under(key, purpose, data)).collect()
    }

    /// Returns whether one of the keys made this tag of `data` for `purpose`. Compares in constant
    /// time.
    pub fn made_tag(&self, tag: &[u8], purpose: &str, data: &[u8]) -> bool {
        let keys = [Some(&self.current), self.previous.as_ref(), self.next.as_ref()];
        let made = |key| bool::from(tag_under(key, purpose, data).as_slice().ct_eq(tag));
        keys.into_iter().flatten().any(made)
    }

    fn key(&self, version: u8) -> Option<&SecretString> {
        if version == self.version {
            Some(&self.current)
        } else if version.checked_add(1) == Some(self.version) {
            self.previous.as_ref()
        } else if self.version.checked_add(1) == Some(version) {
            self.next.as_ref()
        } else {
            None
        }
    }
}

fn tag_under(key: &SecretString, purpose: &str, data: &[u8]) -> [u8; TAG] {
    // The word separates these tags from the roots of tokens. It must not change, because cursors
    // and rate windows of earlier deployments have tags with it.
    let parts: [&[u8]; 3] = [b"cursor", purpose.as_bytes(), data];
    first_16(keyed(key.expose_secret().as_bytes(), &parts))
}

fn head(version: u8, subject: &TokenSubject) -> Vec<u8> {
    let group = subject.group.as_str().as_bytes();
    let mut bytes = vec![version, u8::try_from(group.len()).unwrap_or(u8::MAX)];
    bytes.extend(group);
    bytes.extend(&subject.invite.number().to_be_bytes()[1..]);
    bytes.extend(subject.generation.number().to_be_bytes());
    bytes
}

fn read_head(bytes: &[u8]) -> Option<(u8, TokenSubject)> {
    let (&version, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (group, rest) = rest.split_at_checked(usize::from(length))?;
    let (id, generation) = rest.split_at_checked(7)?;
    let id = id.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let subject = TokenSubject {
        group: GroupId::parse(std::str::from_utf8(group).ok()?).ok()?,
        invite: InviteId::from_number(id).ok()?,
        generation: Generation::from_number(u32::from_be_bytes(generation.try_into().ok()?)),
    };
    Some((version, subject))
}

/// Returns the root from which every token of this subject is derived.
fn root(key: &SecretString, subject: &TokenSubject) -> [u8; 32] {
    let group = subject.group.as_str().as_bytes();
    let id = subject.invite.number().to_be_bytes();
    keyed(
        key.expose_secret().as_bytes(),
        &[b"invite", group, &id, &subject.generation.number().to_be_bytes()],
    )
}

fn link_tag(key: &SecretString, subject: &TokenSubject) -> [u8; TAG] {
    first_16(keyed(&root(key, subject), &[b"link"]))
}

fn macaroon_secret(key: &SecretString, subject: &TokenSubject) -> [u8; 32] {
    keyed(&root(key, subject), &[b"onezone"])
}

/// Returns HMAC-SHA256 over the parts. The length before each part makes different lists hash
/// differently.
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn first_16(bytes: [u8; 32]) -> [u8; TAG] {
    let mut first = [0; TAG];
    first.copy_from_slice(&bytes[..TAG]);
    first
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(bytes);
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(version: u8, current: &str, previous: Option<&str>) -> TokenKeys {
        let secret = |text: &str| SecretString::from(text.repeat(32));
        TokenKeys::new(version, secret(current), previous.map(secret))
    }

    fn subject() -> TokenSubject {
        TokenSubject {
            group: GroupId::parse("3773").unwrap(),
            invite: InviteId::from_number(5_629_499_534_213_120).unwrap(),
            generation: Generation::FIRST,
        }
    }

    #[test]
    fn a_token_names_its_subject_and_is_hidden_in_debug_output() {
        let token = keys(1, "a", None).token(&subject());
        assert!(token.expose().starts_with("bkn_"));
        assert_eq!(keys(1, "a", None).verify(token.expose()), Some(subject()));
        assert_eq!(format!("{token:?}"), "bkn_…");
    }

    #[test]
    fn a_token_does_not_verify_under_another_key() {
        let token = keys(1, "a", None).token(&subject());
        assert_eq!(keys(1, "b", None).verify(token.expose()), None);
    }

    #[test]
    fn a_token_verifies_after_one_rotation_but_not_after_two() {
        let token = keys(1, "a", None).token(&subject());
        assert_eq!(keys(2, "b", Some("a")).verify(token.expose()), Some(subject()));
        assert_eq!(keys(2, "b", None).verify(token.expose()), None);
        assert_eq!(keys(3, "c", Some("b")).verify(token.expose()), None);
    }

    /// Returns the keys that functions hold at each step of a rotation from `a` (1) to `b` (2).
    fn steps() -> [TokenKeys; 4] {
        let secret = |text: &str| Some(SecretString::from(text.repeat(32)));
        [
            keys(1, "a", None),
            keys(1, "a", None).with_next(secret("b")),
            keys(2, "b", Some("a")),
            keys(2, "b", Some("a")).with_next(secret("c")),
        ]
    }

    #[test]
    fn neighbouring_steps_of_a_rotation_verify_each_other_s_tokens_and_tags() {
        let steps = steps();
        for (at, signer) in steps.iter().enumerate() {
            let (token, macaroon) =
                (signer.token(&subject()), signer.macaroon(&subject(), None).to_base62());
            let tag = signer.tag("list", b"position");
            // A rollout and a rollback run two neighbouring steps at once.
            for verifier in &steps[at.saturating_sub(1)..steps.len().min(at + 2)] {
                assert_eq!(verifier.verify(token.expose()), Some(subject()), "signed at step {at}");
                assert!(verifier.open(&macaroon).is_ok(), "signed at step {at}");
                assert!(verifier.made_tag(&tag, "list", b"position"), "made at step {at}");
                assert!(!verifier.made_tag(&tag, "list", b"another"));
            }
        }
        // Without the step in between, the old functions do not know the new key.
        let token = steps[2].token(&subject());
        assert_eq!(steps[0].verify(token.expose()), None);
    }

    #[test]
    fn the_next_key_signs_nothing() {
        let [_, announced, rotated, _] = steps();
        assert_eq!(
            announced.token(&subject()).expose(),
            keys(1, "a", None).token(&subject()).expose()
        );
        assert_ne!(announced.token(&subject()).expose(), rotated.token(&subject()).expose());
        assert_eq!(announced.tag("list", b"x"), keys(1, "a", None).tag("list", b"x"));
    }

    #[test]
    fn a_key_verifies_only_under_its_own_number() {
        let secret = |text: &str| Some(SecretString::from(text.repeat(32)));
        // The key `b` is the second, not the third.
        let wrong = keys(2, "a", None).with_next(secret("b"));
        assert_eq!(wrong.verify(keys(2, "b", None).token(&subject()).expose()), None);
        assert_eq!(wrong.verify(keys(4, "b", None).token(&subject()).expose()), None);
        assert!(wrong.verify(keys(3, "b", None).token(&subject()).expose()).is_some());
        // 255 is the last number.
        let last = keys(255, "a", None).with_next(secret("b"));
        assert_eq!(last.verify(keys(1, "b", None).token(&subject()).expose()), None);
    }

    #[test]
    fn a_shortened_or_lengthened_token_is_refused() {
        let keys = keys(1, "a", None);
        let token = keys.token(&subject());
        let text = token.expose();
        for length in 0..text.len() {
            assert_eq!(keys.verify(&text[..length]), None);
        }
        assert_eq!(keys.verify(&format!("{text}0")), None);
        assert_eq!(keys.verify(&format!("{text} ")), None);
        assert_eq!(keys.verify(&"z".repeat(1_000_000)), None);
    }

    proptest! {
        #[test]
        fn every_subject_round_trips(group in "[A-Za-z0-9_-]{1,64}", id in 1u64..1 << 53, generation: u32, version in 1u8..) {
            let subject = TokenSubject { group: GroupId::parse(&group).unwrap(), invite: InviteId::from_number(id).unwrap(), generation: Generation::from_number(generation) };
            let keys = keys(version, "k", None);
            let token = keys.token(&subject);
            prop_assert!(token.expose().len() <= MAX_LENGTH);
            prop_assert_eq!(keys.verify(token.expose()), Some(subject));
        }

        #[test]
        fn one_changed_character_is_refused(at in 4usize..60, to in 0usize..62) {
            let keys = keys(1, "a", None);
            let mut text = keys.token(&subject()).expose().as_bytes().to_vec();
            let at = at.min(text.len() - 1);
            prop_assume!(text[at] != base62::ALPHABET[to]);
            text[at] = base62::ALPHABET[to];
            prop_assert_eq!(keys.verify(std::str::from_utf8(&text).unwrap()), None);
        }

        #[test]
        fn junk_is_refused_without_panic(text in "(bkn_)?\\PC{0,200}") {
            prop_assert_eq!(keys(1, "a", None).verify(&text), None);
        }
    }
}
