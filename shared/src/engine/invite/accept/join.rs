//! The write of an acceptance, and its outcomes.

use super::accepted::Accepted;
use super::admission::Admission;
use super::admit::can_accept;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::Group;
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::engine::acting::Acting;
use crate::engine::attempt::Attempt;
use crate::engine::authority::first_roles;
use crate::engine::refusal::{Conflict, NotFound, Refusal};
use crate::engine::{Engine, Outcome};
use crate::store::{Claim, JoinOutcome, Joining, Right};

impl Engine {
    /// Writes the membership.
    pub(super) async fn join(
        &self,
        acting: Acting<'_>,
        admission: &Admission,
    ) -> Outcome<Attempt<Accepted>> {
        let Acting { caller, now } = acting;
        let Admission { invite, group, granter: _, newcomer } = admission;
        let member = new_member(acting, admission)?;
        let becoming = newcomer.becoming.as_ref().map(|(pending, user)| (pending, user));
        let accepted;
        let claim = if invite.invitee.link().is_some() {
            Claim::Link(invite)
        } else {
            accepted = if caller.is(&invite.invitee) {
                invite.accept_as_invitee(&caller.user, now)
            } else {
                invite.accept(&caller.user, now)
            }
            .map_err(Conflict::NotPending)?
            .named(member.name.as_deref());
            Claim::Invite(&accepted)
        };
        let right = Right::Own;
        let joining = Joining { claim, group, member: &member, becoming, ended: &[], right, now };
        match self.store.join(joining).await? {
            JoinOutcome::Joined => {
                let invite =
                    self.invite_after_join(claim, now).await.unwrap_or_else(|| invite.clone());
                Ok(Attempt::Done(Accepted::new(invite, member, false)))
            }
            JoinOutcome::AlreadyMember
                if self.clear_ended_membership(group, &caller.user, now).await? =>
            {
                Ok(Attempt::Retry)
            }
            JoinOutcome::AlreadyMember => {
                self.existing_acceptance(caller, invite).await.map(Attempt::Done)
            }
            JoinOutcome::InviteChanged => self.after_conflict(caller, invite, now).await,
            JoinOutcome::GroupRefused => self.check_group(group).await.map(|()| Attempt::Retry),
            JoinOutcome::UserChanged | JoinOutcome::ActorChanged => Ok(Attempt::Retry),
        }
    }

    /// Returns the invite as the write left it. `None` if the write did not change it.
    async fn invite_after_join(&self, claim: Claim<'_>, now: Timestamp) -> Option<Invite> {
        match claim {
            Claim::Invite(accepted) => Some(accepted.invite.clone()),
            Claim::Link(invite) if invite.invitee.link()?.max_uses.is_some() => {
                Some(self.link_after_use(invite, now).await)
            }
            Claim::Link(_) | Claim::Group => None,
        }
    }

    /// Returns the counted link after the caller's use of it.
    ///
    /// If this was the last use, the write that records it also returns the link.
    async fn link_after_use(&self, invite: &Invite, now: Timestamp) -> Invite {
        match self.exhausted(&used_once_more(invite), now).await {
            Some(exhausted) => exhausted,
            None => self.reread_link(invite, now).await,
        }
    }

    /// Returns the counted link as it is now, because others may have joined by it meanwhile.
    ///
    /// The caller has joined in any case, so a failed read returns the link as it was before.
    async fn reread_link(&self, invite: &Invite, now: Timestamp) -> Invite {
        match self.store.invite(&invite.group, invite.id).await {
            Ok(found) => {
                self.record_if_exhausted(found.unwrap_or_else(|| invite.clone()), now).await
            }
            Err(error) => {
                tracing::warn!(%error, "Could not read a link again after its use");
                invite.clone()
            }
        }
    }

    /// Records that a link is exhausted, if all its uses are taken, so that lists show it.
    ///
    /// Every read derives this state by itself, so a failed write loses nothing.
    pub(super) async fn record_if_exhausted(&self, invite: Invite, now: Timestamp) -> Invite {
        self.exhausted(&invite, now).await.unwrap_or(invite)
    }

    /// Records that a link is exhausted, and returns it. `None` if uses are left, or it was not
    /// written.
    async fn exhausted(&self, invite: &Invite, now: Timestamp) -> Option<Invite> {
        let exhausted = invite.exhaust(now).ok()?;
        self.store.end_invite(&exhausted).await.unwrap_or_else(|error| {
            tracing::warn!(
                %error,
                invite.id = %invite.id,
                "Could not record that link {} is exhausted",
                invite.id
            );
            None
        })
    }

    /// Returns the caller's earlier acceptance of this invite, if the membership still exists.
    pub(super) async fn joined_by(
        &self,
        caller: &Caller,
        invite: &Invite,
    ) -> Outcome<Option<Accepted>> {
        let member = self.store.member(&invite.group, &caller.user).await?;
        let member = member.filter(|member| member.invite == Some(invite.id));
        Ok(member.map(|member| Accepted::new(invite.clone(), member, true)))
    }

    /// Returns the earlier acceptance of a member who joined by this invite. Any other member is a
    /// conflict.
    async fn existing_acceptance(&self, caller: &Caller, invite: &Invite) -> Outcome<Accepted> {
        let accepted = self.joined_by(caller, invite).await?.ok_or(Conflict::AlreadyMember)?;
        let invite = self.store.invite(&invite.group, invite.id).await?.ok_or(NotFound::Invite)?;
        Ok(Accepted { invite, ..accepted })
    }

    /// Handles an invite that changed after it was read, perhaps by the same person's parallel
    /// request. If the caller can still accept, the acceptance is retried.
    async fn after_conflict(
        &self,
        caller: &Caller,
        invite: &Invite,
        now: Timestamp,
    ) -> Outcome<Attempt<Accepted>> {
        let found = self.store.invite(&invite.group, invite.id).await?.ok_or(NotFound::Invite)?;
        if found.generation != invite.generation {
            return Err(Conflict::InviteReplaced.into());
        }
        if let Some(accepted) = self.joined_by(caller, &found).await? {
            return Ok(Attempt::Done(accepted));
        }
        can_accept(caller, &self.record_if_exhausted(found, now).await, now)?;
        Ok(Attempt::Retry)
    }

    /// Returns why the write for `group` failed: the group is gone or full. `Ok` if a retry may
    /// succeed, because the group got its first owner meanwhile.
    pub(in crate::engine) async fn check_group(&self, group: &Group) -> Outcome<()> {
        let found = self.store.groups(std::slice::from_ref(&group.id)).await?;
        let found = found.first().ok_or(NotFound::Group)?;
        if group.owner_count == 0 && found.owner_count > 0 {
            Ok(())
        } else {
            Err(Conflict::SeatsFull.into())
        }
    }
}

/// Returns the membership that the acceptance writes.
fn new_member(acting: Acting<'_>, admission: &Admission) -> Result<Member, Refusal> {
    let Acting { caller, now } = acting;
    let Admission { invite, group, newcomer, .. } = admission;
    let roles = first_roles(group, &invite.terms.roles)?;
    Ok(Member {
        group: group.id.clone(),
        user: caller.user.clone(),
        expires_at: invite.terms.membership_expires_in.and_then(|it| it.end(&roles, now)),
        roles,
        privileges: Privileges::default(),
        name: newcomer.name.clone().or_else(|| caller.name.clone()),
        joined_at: now,
        invite: Some(invite.id),
        came_as: caller.invitee_keys(),
        added_by: None,
        version: Version::FIRST,
    })
}

/// Returns the link with one use more than it was read with.
fn used_once_more(invite: &Invite) -> Invite {
    let mut used = invite.clone();
    if let Invitee::Link(link) = &mut used.invitee {
        link.uses = link.uses.saturating_add(1);
    }
    used
}
