//! The two kinds of token that open an invite: our own links, and macaroons, which whoever holds
//! one can narrow.

use super::{Engine, Outcome, Refusal};
use crate::auth::Caller;
use crate::domain::invite::Invite;
use crate::domain::macaroon::{Caveats, NotOpened};
use crate::domain::token::{InviteToken, TokenSubject};

impl Engine {
    /// The link token that belongs to this generation of the invite.
    pub fn token(&self, invite: &Invite) -> InviteToken {
        self.tokens.token(&subject_of(invite))
    }

    /// The macaroon that belongs to this generation of the invite, good for as long as the invite.
    pub fn macaroon(&self, invite: &Invite) -> InviteToken {
        InviteToken::from(&self.tokens.macaroon(&subject_of(invite), invite.expires_at))
    }

    /// What the token names, of either kind. Nothing is looked up: the invite may be over, or gone.
    ///
    /// # Errors
    /// See [`NotOpened`].
    pub fn read_token(&self, token: &str) -> Result<TokenSubject, NotOpened> {
        self.open(token).map(|(subject, _)| subject)
    }

    /// What the token names, and what it asks of its holder beyond what the invite does: a link
    /// token nothing.
    fn open(&self, token: &str) -> Result<(TokenSubject, Caveats), NotOpened> {
        match self.tokens.verify(token) {
            Some(subject) => Ok((subject, Caveats::default())),
            None => self.tokens.open(token),
        }
    }

    /// As [`Engine::read_token`], for a holder who may use the token as far as anybody knows who
    /// holds it. Whether its time is over is for the use case to ask, beside the invite's own.
    ///
    /// # Errors
    /// `InviteNotFound` for unknown, foreign and malformed tokens alike; `CaveatNotMet`.
    pub(super) fn admitted(
        &self,
        token: &str,
        caller: Option<&Caller>,
    ) -> Outcome<(TokenSubject, Caveats)> {
        let (subject, caveats) = self.open(token).map_err(|error| match error {
            NotOpened::Unknown | NotOpened::Forged => Refusal::InviteNotFound,
            NotOpened::Caveat => Refusal::CaveatNotMet,
        })?;
        let admits = |caller: &Caller| {
            caveats.admits_user(&caller.user) && caveats.admits_address(caller.email.as_ref())
        };
        if caller.is_none_or(admits) { Ok((subject, caveats)) } else { Err(Refusal::CaveatNotMet) }
    }
}

fn subject_of(invite: &Invite) -> TokenSubject {
    TokenSubject { group: invite.group.clone(), invite: invite.id, generation: invite.generation }
}
