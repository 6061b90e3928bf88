//! Which invite a macaroon is for, and the secret that signs it.
//!
//! The identifier is `<key version>.<group>.<invite>.<generation>` in plain characters. The secret
//! is derived from the key of that version and from the invite and generation, so that one token's
//! secret opens no other, and a token dies with its invite.

use super::{Caveats, Macaroon, NotVerified, TOKEN_TYPE};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::token::{InviteToken, TokenKeys, TokenSubject};

/// Why a token is no macaroon of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// It is no macaroon, or names no invite under a key that is still in use.
    Unknown,
    /// It names an invite, but no key of ours signed it so.
    Forged,
    /// It is ours, with a caveat that nobody here knows or without the one that says what it is
    /// for.
    Caveat,
}

impl From<NotVerified> for NotOpened {
    fn from(error: NotVerified) -> Self {
        match error {
            NotVerified::Signature => Self::Forged,
            NotVerified::Caveat => Self::Caveat,
        }
    }
}

impl From<&Macaroon> for InviteToken {
    /// The token as the onezone server wrote it.
    fn from(macaroon: &Macaroon) -> Self {
        Self::of_macaroon(macaroon.to_base62())
    }
}

impl TokenKeys {
    /// The macaroon of this subject under the current key, good until `end`.
    pub fn macaroon(&self, subject: &TokenSubject, end: Option<Timestamp>) -> Macaroon {
        let mut caveats = vec![TOKEN_TYPE.to_owned()];
        caveats.extend(end.map(Caveats::time_before));
        Macaroon::mint(
            &self.macaroon_secret(subject),
            &identifier(self.version(), subject),
            &caveats,
        )
    }

    /// What the macaroon names, and what it asks of whoever uses it.
    ///
    /// # Errors
    /// See [`NotOpened`]. Nobody has looked yet whether the invite is there.
    pub fn open(&self, token: &str) -> Result<(TokenSubject, Caveats), NotOpened> {
        let macaroon = Macaroon::parse(token).ok_or(NotOpened::Unknown)?;
        let (version, subject) =
            macaroon.identifier().and_then(read_identifier).ok_or(NotOpened::Unknown)?;
        let secret = self.macaroon_secret_of(version, &subject).ok_or(NotOpened::Unknown)?;
        let caveats = macaroon.verify(&secret)?;
        Ok((subject, caveats))
    }
}

fn identifier(version: u8, subject: &TokenSubject) -> String {
    format!("{version}.{}.{}.{}", subject.group, subject.invite, subject.generation)
}

/// The key's version and the subject, where the identifier is exactly what would be written for
/// them.
fn read_identifier(text: &str) -> Option<(u8, TokenSubject)> {
    let mut parts = text.split('.');
    let version = parts.next()?.parse().ok()?;
    let group = GroupId::parse(parts.next()?).ok()?;
    let invite = InviteId::parse(parts.next()?).ok()?;
    let generation = parts.next()?.parse().ok()?;
    let subject = TokenSubject { group, invite, generation };
    (identifier(version, &subject) == text).then_some((version, subject))
}
