//! Accepting: the invite, the membership and the use count change together or not at all.

mod accepted;
mod admission;
mod admit;
mod join;
mod person;

pub use accepted::Accepted;
pub(super) use admission::{Offer, Prepared};

use futures::future::join_all;

use crate::auth::Caller;
use crate::domain::block::Blocked;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::redirect::RedirectUrl;
use crate::engine::acting::Acting;
use crate::engine::attempt::Attempt;
use crate::engine::fault::{Stop, Unavailable};
use crate::engine::{Engine, InviteRef, Outcome};

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;

impl Engine {
    /// Accepts an invite: makes the caller a member. The first member of a group becomes its owner.
    ///
    /// Accepting again returns the same membership. If one request created several invites, the
    /// link of the first accepts the others too (ADR 0014).
    ///
    /// # Errors
    /// `NotFound::Invite`, `NotFound::Group`, `Denied::IdentityMismatch`,
    /// `Denied::EmailNotVerified`, `Denied::CaveatNotMet`, `Denied::DomainNotAllowed`,
    /// `Denied::InviterGone`, `Forbidden::Frozen`, `Forbidden::LinksOff`, `Conflict::NotPending`,
    /// `Conflict::InviteReplaced`, `Conflict::AlreadyMember`, `Conflict::SeatsFull`, `Invalid`,
    /// `Fault`.
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

    /// Returns the redirect of the invite, for a person who is a member already.
    ///
    /// # Errors
    /// `NotFound::Invite`, `NotFound::Token`, `Denied::CaveatNotMet`, `Fault`.
    pub async fn redirect_of(&self, reference: &InviteRef) -> Outcome<Option<RedirectUrl>> {
        let (group, invite) = match reference {
            InviteRef::Token(token) => {
                let (subject, _) = self.verify_token(token, None)?;
                (subject.group, subject.invite)
            }
            InviteRef::Id(group, invite) => (group.clone(), *invite),
        };
        let invite = self.store.invite(&group, invite).await?;
        Ok(invite.and_then(|invite| invite.terms.redirect_url))
    }

    /// Accepts the other invites of the same request, each by itself, except those into groups that
    /// the caller blocks, which the mail does not name. A failure does not affect `leading`.
    async fn accept_companions(&self, caller: &Caller, leading: &Invite, now: Timestamp) {
        let groups = &leading.mailing.groups;
        if groups.is_empty() {
            return;
        }
        let blocked = match self.blocked_groups(caller, groups).await {
            Ok(blocked) => blocked,
            Err(stop) => {
                tracing::warn!(?stop, invite.id = %leading.id, "Left the companions of an invite pending");
                return;
            }
        };
        let groups =
            groups.iter().filter(|group| !blocked.contains(&Blocked::Group((*group).clone())));
        let accept = |group| async move {
            let Some(companion) = self.companion(leading, group, now).await? else {
                return Ok::<_, Stop>(());
            };
            self.accept_one(caller, &InviteRef::Id(companion.group, companion.id), now)
                .await
                .map(|_| ())
        };
        for outcome in join_all(groups.map(accept)).await {
            if let Err(stop) = outcome {
                tracing::info!(?stop, invite.id = %leading.id, "Could not accept a companion of invite {}", leading.id);
            }
        }
    }

    /// Returns the pending invite into this group that the request of `leading` created.
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
        let acting = Acting { caller, now };
        for _ in 0..ATTEMPTS {
            let offer = self.invited(caller, reference).await?;
            let prepared = self.prepare(acting, offer).await?;
            match self.accept_prepared(acting, prepared).await? {
                Attempt::Done(accepted) => return Ok(accepted),
                Attempt::Retry => {}
            }
        }
        Err(Unavailable::Conflicts("the invite or the user's record").into())
    }
}
