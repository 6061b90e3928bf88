//! Accepting: the claim, the membership and the use change together or not at all.

mod accepted;
mod admit;
mod join;
mod person;

pub use accepted::Accepted;

use futures::future::join_all;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::engine::acting::Acting;
use crate::engine::attempt::Attempt;
use crate::engine::fault::{Stop, Unavailable};
use crate::engine::refusal::NotFound;
use crate::engine::{Engine, InviteRef, Outcome};

/// How many times an acceptance starts over because what it read changed under it.
const ATTEMPTS: u8 = 3;

impl Engine {
    /// Makes the caller a member. The first member of a group becomes its owner. A person who
    /// accepts again gets the same membership. Where one request made several invites, the link of
    /// the first accepts the others too.
    ///
    /// # Errors
    /// `InviteNotFound`, `InviteReplaced`, `NotPending` with the state found, `IdentityMismatch`,
    /// `EmailNotVerified`, `CaveatNotMet`, `DomainNotAllowed`, `GroupNotFound`, `InviterGone`,
    /// `Forbidden` while frozen, `SeatsFull`, `AlreadyMember`, and the table's own.
    pub async fn accept_invite(
        &self,
        caller: &Caller,
        reference: &InviteRef,
        now: Timestamp,
    ) -> Outcome<Accepted> {
        let accepted = self.accept_one(caller, reference, now).await?;
        if matches!(reference, InviteRef::Token(_)) {
            self.accept_companions(caller, &accepted.invite, now).await;
        }
        Ok(accepted)
    }

    /// Accepts the invites that the same request made and that the same mail is about, each by
    /// itself. An invite that cannot be accepted stays as it is: the invite whose link it was is
    /// accepted in any case.
    async fn accept_companions(&self, caller: &Caller, leading: &Invite, now: Timestamp) {
        let accept = |group| async move {
            let Some(companion) = self.companion(leading, group, now).await? else {
                return Ok::<_, Stop>(());
            };
            self.accept_one(caller, &InviteRef::Id(companion.group, companion.id), now)
                .await
                .map(|_| ())
        };
        for outcome in join_all(leading.mailing.groups.iter().map(accept)).await {
            if let Err(stop) = outcome {
                tracing::info!(?stop, invite.id = %leading.id, "A companion of invite {} was not accepted", leading.id);
            }
        }
    }

    /// Returns the pending invite into this group that the same request made, and that the link of
    /// `leading` accepts too.
    pub(in crate::engine) async fn companion(
        &self,
        leading: &Invite,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Option<Invite>> {
        let found = self.invite_for(group, &leading.invitee).await?;
        Ok(found.filter(|found| found.request == leading.request && found.is_pending(now)))
    }

    async fn accept_one(
        &self,
        caller: &Caller,
        reference: &InviteRef,
        now: Timestamp,
    ) -> Outcome<Accepted> {
        for _ in 0..ATTEMPTS {
            let (invite, group, caveats) = self.invited(caller, reference).await?;
            let invite = self.with_end_written(invite, now).await;
            if invite.accepted_by() == Some(&caller.user)
                && let Some(accepted) = self.joined_by(caller, &invite).await?
            {
                return Ok(accepted);
            }
            // The group comes before the invite's state, because deleting a group revokes its
            // invites.
            let group = group.ok_or(NotFound::Group)?;
            if let Err(refusal) = self.check_right(caller, &group, &invite, &caveats, now).await {
                // A link may have ended for others; a member who joined by it stays in.
                let before = if invite.invitee.link().is_some() {
                    self.joined_by(caller, &invite).await?
                } else {
                    None
                };
                return before.ok_or(refusal);
            }
            match self.join(Acting { caller, now }, &invite, &group).await? {
                Attempt::Done(accepted) => return Ok(accepted),
                Attempt::ReadAgain => {}
            }
        }
        Err(Unavailable::Contended("the invite, or the user's record,").into())
    }
}
