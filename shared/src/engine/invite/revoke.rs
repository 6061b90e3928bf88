//! Revoking an invite, and reading one of a group.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, State, Transition};
use crate::domain::rule::InviteRule;
use crate::engine::acting::Acting;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::{Actor, actor_in, may_invite};
use crate::engine::{Conflict, Engine, NotFound, Outcome, Refusal, Unavailable};

/// The decision about revoking an invite.
pub(super) enum Revocation {
    /// The invite is revoked already.
    Done(Box<Invite>),
    /// Write this transition. The write must check the actor's right, unless the invite is the
    /// actor's own.
    Write(Box<Transition>),
}

/// Decides about revoking the invite.
///
/// # Errors
/// `Conflict::NotPending`.
pub(super) fn revocation(
    invite: &Invite,
    actor: &Actor,
    Acting { caller, now }: Acting<'_>,
) -> Result<Revocation, Refusal> {
    match invite.revoke_as(&actor.author(), actor.revoke_reason(), now) {
        Ok(revoked) => Ok(Revocation::Write(Box::new(revoked.named(caller.name.as_deref())))),
        Err(State::Revoked) => Ok(Revocation::Done(Box::new(invite.clone()))),
        Err(other) => Err(Conflict::NotPending(other).into()),
    }
}

/// Returns whether the caller made the invite.
pub(super) fn is_own(invite: &Invite, caller: &Caller) -> bool {
    invite.created_by.id == caller.user
}

/// Returns the invite, if the caller made it or `rule` lets the actor invite. An invite of the
/// application belongs to its inviter alone.
///
/// # Errors
/// `NotFound::Group`, `NotFound::Invite`, `Forbidden::MayNotInvite`.
pub(super) fn managed(
    caller: &Caller,
    rule: InviteRule,
    (group, actor): (&Group, &Actor),
    invite: Option<Invite>,
) -> Result<Invite, Refusal> {
    if !invite.as_ref().is_some_and(|invite| is_own(invite, caller)) {
        if group.is_application() {
            return Err(NotFound::Group.into());
        }
        may_invite(rule, group, &actor.member)?;
    }
    Ok(invite.ok_or(NotFound::Invite)?)
}

impl Engine {
    /// Revokes the invite. Revoking again returns the same record.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Forbidden::MayNotInvite` if the
    /// caller did not make the invite either, `Conflict::NotPending`, `Fault`.
    pub async fn revoke_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Invite> {
        for _ in 0..ATTEMPTS {
            let (invite, actor) = self.managed_invite(caller, group, id, rule).await?;
            let revoked = match revocation(&invite, &actor, Acting { caller, now })? {
                Revocation::Done(invite) => return Ok(*invite),
                Revocation::Write(revoked) => revoked,
            };
            // Inviters may take back their own invites whatever their right is by now.
            if is_own(&invite, caller) {
                if let Some(revoked) = self.store.end_invite(&revoked).await? {
                    return Ok(revoked);
                }
            } else if self.store.end_invite_by_right(&revoked, actor.right()).await? {
                return Ok(self.as_written(revoked.invite).await);
            }
        }
        Err(Unavailable::Conflicts("the invite").into())
    }

    /// Returns the invite as it is now. A transaction does not return what it wrote, and the mail
    /// may have been sent meanwhile. If the read fails, returns the invite as it was planned.
    async fn as_written(&self, planned: Invite) -> Invite {
        match self.store.invite(&planned.group, planned.id).await {
            Ok(Some(found)) if found.generation == planned.generation => found,
            Ok(_) => planned,
            Err(error) => {
                tracing::warn!(%error, "Could not read a revoked invite again");
                planned
            }
        }
    }

    /// Returns one invite of the group, if the caller made it or `rule` lets the caller invite. An
    /// invite of the application belongs to its inviter alone.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Forbidden::MayNotInvite`,
    /// `Fault`.
    pub async fn get_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<Invite> {
        self.managed_invite(caller, group, id, rule).await.map(|(invite, _)| invite)
    }

    /// Returns the invite as [`Engine::get_invite`] does, and the caller in the group.
    async fn managed_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<(Invite, Actor)> {
        let (found, member, invite) =
            self.store.group_member_and_invite(group, &caller.user, id).await?;
        let (group, actor) = actor_in(caller, found.ok_or(NotFound::Group)?, member)?;
        let invite = managed(caller, rule, (&group, &actor), invite)?;
        Ok((invite, actor))
    }
}
