//! The invite of a macaroon, and the secret that signs the macaroon.
//!
//! The identifier is `<key version>.<group>.<invite>.<generation>`. The secret is derived from the
//! key of that version, the invite and its generation. So the secret of one token opens no other
//! token, and a new generation makes older tokens useless.

use super::{Caveats, Macaroon, NotVerified, TOKEN_TYPE};
use crate::domain::clock::Timestamp;
use crate::domain::counters::Generation;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::token::{self, InviteToken, TokenKeys, TokenSubject};

/// The reason why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// It is not a macaroon, or its identifier is none of ours.
    Unknown,
    /// It names an invite, but none of our keys signed it. A key version that is not in use is not
    /// told apart.
    Forged,
    /// We signed it, but it has an unknown caveat or lacks its type.
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
    /// Writes the macaroon as the onezone server wrote it.
    fn from(macaroon: &Macaroon) -> Self {
        Self::of_macaroon(macaroon.to_base62())
    }
}

impl TokenKeys {
    /// Returns the macaroon of this subject under the current key, valid until `end`.
    pub fn macaroon(&self, subject: &TokenSubject, end: Option<Timestamp>) -> Macaroon {
        let mut caveats = vec![TOKEN_TYPE.to_owned()];
        caveats.extend(end.map(Caveats::time_before));
        Macaroon::mint(
            &self.macaroon_secret(subject),
            &identifier(self.version(), subject),
            &caveats,
        )
    }

    /// Returns the subject of the macaroon, and the conditions of its caveats. The invite itself
    /// may not exist.
    ///
    /// # Errors
    /// - `Unknown` if the token is not a macaroon, or names no invite.
    /// - `Forged` if none of our keys signed it.
    /// - `Caveat` if a caveat is unknown, or the token lacks its type.
    pub fn open(&self, token: &str) -> Result<(TokenSubject, Caveats), NotOpened> {
        let macaroon = Macaroon::parse(token).ok_or(NotOpened::Unknown)?;
        let (version, subject) =
            macaroon.identifier().and_then(read_identifier).ok_or(NotOpened::Unknown)?;
        let secret = self.macaroon_secret_of(version, &subject).ok_or(NotOpened::Forged)?;
        let caveats = macaroon.verify(&secret)?;
        Ok((subject, caveats))
    }
}

/// Returns whether `text` is a whole token of either kind, as it stands in a link. Only the text
/// decides it, so it tells nothing about the invites that exist.
pub fn is_token_of_link(text: &str) -> bool {
    let is_of_link = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let names_invite =
        |macaroon: Macaroon| macaroon.identifier().and_then(read_identifier).is_some();
    text.bytes().all(is_of_link)
        && (token::is_whole(text) || Macaroon::parse(text).is_some_and(names_invite))
}

pub(super) fn identifier(version: u8, subject: &TokenSubject) -> String {
    format!("{version}.{}.{}.{}", subject.group, subject.invite, subject.generation)
}

/// Parses an identifier. `None` if it is not spelled exactly as [`identifier`] writes it.
fn read_identifier(text: &str) -> Option<(u8, TokenSubject)> {
    let mut parts = text.split('.');
    let version = parts.next()?.parse().ok()?;
    let group = GroupId::parse(parts.next()?).ok()?;
    let invite = InviteId::parse(parts.next()?).ok()?;
    let generation = Generation::from_number(parts.next()?.parse().ok()?);
    let subject = TokenSubject { group, invite, generation };
    (identifier(version, &subject) == text).then_some((version, subject))
}
