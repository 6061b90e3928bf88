//! Declining an invite: by its token, without an account, or by the invitee.

use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, State};
use crate::domain::text::Message;
use crate::engine::{Conflict, Engine, InviteRef, NotFound, Outcome, Refusal, require_generation};

impl Engine {
    /// Declines the invite. Declining again returns the same record.
    ///
    /// # Errors
    /// `NotFound::Invite` (also for the id of an invite that is not addressed to the caller),
    /// `Denied::CaveatNotMet`, `Conflict::InviteReplaced`, `Conflict::NotPending`, `Invalid` for a
    /// link, because it belongs to no single person, `Fault`.
    pub async fn decline_invite(
        &self,
        caller: Option<&Caller>,
        reference: &InviteRef,
        reason: Option<&Message>,
        now: Timestamp,
    ) -> Outcome<Invite> {
        let mut token_expired = false;
        let invite = match reference {
            InviteRef::Token(token) => {
                let (subject, caveats) = self.verify_token(token, caller)?;
                token_expired = caveats.over(now);
                require_generation(
                    self.store.invite(&subject.group, subject.invite).await?,
                    &subject,
                )?
            }
            InviteRef::Id(group, id) => {
                let found = self.store.invite(group, *id).await?;
                found
                    .filter(|invite| caller.is_some_and(|caller| caller.is(&invite.invitee)))
                    .ok_or(NotFound::Invite)?
            }
        };
        if invite.invitee.link().is_some() {
            let is_link = Invalid::new(
                "is_link",
                "A shareable link cannot be declined; simply do not use it.",
            );
            return Err(Refusal::Invalid("/token", is_link).into());
        }
        if invite.stored_state() == State::Declined {
            return Ok(invite);
        }
        let by = caller.map(|caller| &caller.user);
        let declined = invite.decline(by, reason, now).map_err(Conflict::NotPending)?;
        if token_expired {
            return Err(Conflict::NotPending(State::Expired).into());
        }
        if let Some(declined) = self.store.end_invite(&declined).await? {
            return Ok(declined);
        }
        let found = self.store.invite(&invite.group, invite.id).await?;
        let found = found
            .filter(|found| found.generation == invite.generation)
            .ok_or(Conflict::InviteReplaced)?;
        match found.state(now) {
            State::Declined => Ok(found),
            other => Err(Conflict::NotPending(other).into()),
        }
    }
}
