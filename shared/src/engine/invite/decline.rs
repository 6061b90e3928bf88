//! Declining an invite: by its token, without an account, or by the invitee.

use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, State};
use crate::domain::text::Message;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::{
    Conflict, Engine, InviteRef, NotFound, Outcome, Refusal, Unavailable, require_generation,
};

impl Engine {
    /// Declines the invite. Only the decline of a caller who proves to be the invitee is final; every
    /// other is like one without a sign-in. Declining again returns the same record, but the invitee
    /// makes it final.
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
        for _ in 0..ATTEMPTS {
            let invite = self.to_decline(caller, reference, now).await?;
            // A forwarded link can be declined by anybody, so only the invitee's own decline is final.
            let invitee = caller.filter(|caller| caller.is(&invite.invitee));
            let by = invitee.map(|caller| &caller.user);
            let declined = match invite.decline(by, reason, now) {
                Ok(declined) => declined.named(invitee.and_then(|caller| caller.name.as_deref())),
                Err(State::Declined) => return Ok(invite),
                Err(other) => return Err(Conflict::NotPending(other).into()),
            };
            if let Some(declined) = self.store.end_invite(&declined).await? {
                return Ok(declined);
            }
        }
        Err(Unavailable::Conflicts("the invite").into())
    }

    /// Returns the invite, if the token has not expired before it.
    async fn to_decline(
        &self,
        caller: Option<&Caller>,
        reference: &InviteRef,
        now: Timestamp,
    ) -> Outcome<Invite> {
        let invite = match reference {
            InviteRef::Token(token) => {
                let (subject, caveats) = self.verify_token(token, caller)?;
                let found = self.store.invite(&subject.group, subject.invite).await?;
                let invite = require_generation(found, &subject)?;
                if caveats.over_before(invite.terms.expires_at, now) {
                    return Err(Conflict::NotPending(State::Expired).into());
                }
                invite
            }
            InviteRef::Id(group, id) => {
                let found = self.store.invite(group, *id).await?;
                let own =
                    found.filter(|invite| caller.is_some_and(|caller| caller.is(&invite.invitee)));
                own.ok_or(NotFound::Invite)?
            }
        };
        if invite.invitee.link().is_some() {
            let is_link = Invalid::new(
                "is_link",
                "A shareable link cannot be declined; simply do not use it.",
            );
            return Err(Refusal::Invalid("/token", is_link).into());
        }
        Ok(invite)
    }
}
