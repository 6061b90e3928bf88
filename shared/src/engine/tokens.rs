//! The two kinds of invite token: our own link tokens, and macaroons, which every holder can
//! narrow.

use super::{Denied, Engine, NotFound, Outcome, Refusal, Stop};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::invite::Invite;
use crate::domain::macaroon::{Caveats, Narrowing, NotOpened};
use crate::domain::token::{InviteToken, TokenFlaw, TokenSubject, copied_tokens};

impl Engine {
    /// Returns the link token of this generation of the invite.
    pub fn token(&self, invite: &Invite) -> InviteToken {
        self.tokens.token(&subject_of(invite))
    }

    /// Returns the macaroon of this generation of the invite. It expires with the invite.
    pub fn macaroon(&self, invite: &Invite) -> InviteToken {
        InviteToken::from(&self.tokens.macaroon(&subject_of(invite), invite.terms.expires_at))
    }

    /// Returns the invite that a token of either kind names. Reads nothing from the table, so the
    /// invite may have ended or be gone.
    ///
    /// # Errors
    /// `NotOpened::Unknown`, `NotOpened::Forged`, `NotOpened::Caveat`.
    pub fn read_token(&self, token: &str) -> Result<TokenSubject, NotOpened> {
        self.open(token).map(|(subject, _)| subject)
    }

    /// Returns the invite that the token names, and the token's caveats. Finds the token also in a
    /// copied link, or with punctuation around it.
    fn open(&self, text: &str) -> Result<(TokenSubject, Caveats), NotOpened> {
        copied(text, |token| self.open_exactly(token))
    }

    /// Returns a token with the restrictions of this one and these, and when these end it. Reads and
    /// writes nothing, so the invite may have ended, or end before.
    ///
    /// # Errors
    /// `NotFound::Token`, `NotFound::Invite`, `Denied::CaveatNotMet`, and `Invalid` for a token that
    /// cannot be narrowed further.
    pub fn narrow_token(
        &self,
        text: &str,
        narrowing: &Narrowing,
    ) -> Outcome<(InviteToken, Option<Timestamp>)> {
        let narrowed = copied(text, |token| self.tokens.narrow(token, narrowing));
        let narrowed = narrowed.map_err(|error| unknown(text, error))?;
        let narrowed = narrowed.ok_or(Refusal::Invalid("/token", TOO_NARROW))?;
        let token = InviteToken::from(&narrowed);
        let (_, caveats) = self.verify_token(token.expose(), None)?;
        Ok((token, caveats.until()))
    }

    /// Returns the invite that the token names, and the token's caveats. A link token has no
    /// caveats.
    fn open_exactly(&self, token: &str) -> Result<(TokenSubject, Caveats), NotOpened> {
        match self.tokens.verify(token) {
            Some(subject) => Ok((subject, Caveats::default())),
            None => self.tokens.open(token),
        }
    }

    /// Reads a token, and checks that its caveats allow the caller. Without a caller, it skips the
    /// caveats about the caller.
    ///
    /// The use case checks the time caveat together with the invite's own expiry.
    ///
    /// # Errors
    /// `NotFound::Token` for a text that only resembles a token, `NotFound::Invite` for other
    /// unknown, forged and malformed tokens alike, and `Denied::CaveatNotMet`.
    pub(super) fn verify_token(
        &self,
        token: &str,
        caller: Option<&Caller>,
    ) -> Outcome<(TokenSubject, Caveats)> {
        let (subject, caveats) = self.open(token).map_err(|error| unknown(token, error))?;
        let admits = |caller: &Caller| {
            caveats.admits_user(&caller.user) && caveats.admits_address(caller.email.as_ref())
        };
        if caller.is_none_or(admits) {
            Ok((subject, caveats))
        } else {
            Err(Denied::CaveatNotMet.into())
        }
    }
}

/// Returns the first token in a copied text that `open` knows. The text itself goes first.
fn copied<T>(text: &str, open: impl Fn(&str) -> Result<T, NotOpened>) -> Result<T, NotOpened> {
    let known = |opened: &Result<T, NotOpened>| !matches!(opened, Err(NotOpened::Unknown));
    let as_given = open(text);
    if known(&as_given) {
        return as_given;
    }
    copied_tokens(text).iter().map(|token| open(token)).find(known).unwrap_or(as_given)
}

/// Returns the refusal of a text that is no token of ours.
fn unknown(text: &str, error: NotOpened) -> Stop {
    match error {
        NotOpened::Unknown | NotOpened::Forged => {
            TokenFlaw::of(text).map_or(NotFound::Invite, NotFound::Token).into()
        }
        NotOpened::Caveat => Denied::CaveatNotMet.into(),
    }
}

const TOO_NARROW: Invalid =
    Invalid::new("too_narrow", "This token has as many restrictions as a token can have.");

fn subject_of(invite: &Invite) -> TokenSubject {
    TokenSubject { group: invite.group.clone(), invite: invite.id, generation: invite.generation }
}
