//! Declining: by who holds the token, without an account, or by the person whom the invite is for.

use super::{Conflict, Engine, InviteRef, NotFound, Outcome, Refusal, live, of_generation};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, State};
use crate::domain::text::Message;
use crate::store::ResolveOutcome;

impl Engine {
    /// Ends the invite by its invitee's will. Declining again gives the same record.
    ///
    /// # Errors
    /// `InviteNotFound` (by id also where it is not addressed to the caller), `InviteReplaced`,
    /// `CaveatNotMet`, `NotPending` with the state found, `Invalid` for a link, which nobody can
    /// decline for others, and the table's own.
    pub async fn decline_invite(
        &self,
        caller: Option<&Caller>,
        reference: &InviteRef,
        reason: Option<&Message>,
        now: Timestamp,
    ) -> Outcome<Invite> {
        let mut over = false;
        let invite = match reference {
            InviteRef::Token(token) => {
                let (subject, caveats) = self.admitted(token, caller)?;
                over = caveats.over(now);
                of_generation(self.store.invite(&subject.group, subject.invite).await?, &subject)?
            }
            InviteRef::Id(group, id) => {
                let found = self.store.invite(group, *id).await?;
                found
                    .filter(|invite| caller.is_some_and(|caller| caller.is(&invite.invitee)))
                    .ok_or(NotFound::Invite)?
            }
        };
        if invite.invitee.link().is_some() {
            return Err(Refusal::Invalid(
                "/token",
                Invalid::new("is_link", "A shareable link is for many; simply do not use it."),
            )
            .into());
        }
        if invite.stored_state == State::Declined {
            return Ok(invite);
        }
        live(&invite, now)?;
        if over {
            return Err(Conflict::NotPending(State::Expired).into());
        }
        match self
            .store
            .resolve(&invite, State::Declined, caller.map(|caller| &caller.user), reason, now)
            .await?
        {
            ResolveOutcome::Done(declined) => Ok(*declined),
            ResolveOutcome::Lost(found) => {
                let found = found
                    .filter(|found| found.generation == invite.generation)
                    .ok_or(Conflict::InviteReplaced)?;
                if found.stored_state == State::Declined {
                    Ok(*found)
                } else {
                    Err(Conflict::NotPending(found.state(now)).into())
                }
            }
        }
    }
}
