//! The two kinds of invite token: our own link tokens, and macaroons, which every holder can
//! narrow.

use super::{Denied, Engine, NotFound, Outcome, Stop};
use crate::auth::Caller;
use crate::domain::invite::Invite;
use crate::domain::macaroon::{Caveats, NotOpened};
use crate::domain::token::{InviteToken, TokenSubject};

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

    /// Returns the invite that the token names, and the token's caveats. A link token has no
    /// caveats.
    fn open(&self, token: &str) -> Result<(TokenSubject, Caveats), NotOpened> {
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
    /// `NotFound::Invite` for unknown, forged and malformed tokens alike, and
    /// `Denied::CaveatNotMet`.
    pub(super) fn verify_token(
        &self,
        token: &str,
        caller: Option<&Caller>,
    ) -> Outcome<(TokenSubject, Caveats)> {
        let (subject, caveats) = self.open(token).map_err(|error| match error {
            NotOpened::Unknown | NotOpened::Forged => Stop::from(NotFound::Invite),
            NotOpened::Caveat => Denied::CaveatNotMet.into(),
        })?;
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

fn subject_of(invite: &Invite) -> TokenSubject {
    TokenSubject { group: invite.group.clone(), invite: invite.id, generation: invite.generation }
}
