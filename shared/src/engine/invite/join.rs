//! Joining a group by its id: by the caller's own pending invite, or without an invite if the group
//! is open.

use super::accept::{Accepted, Offer, Prepared};
use crate::domain::counters::Version;
use crate::domain::group::{Group, GroupType};
use crate::domain::invite::{Invite, RevokeReason, Transition};
use crate::domain::macaroon::Caveats;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::engine::acting::Acting;
use crate::engine::attempt::{ATTEMPTS, Attempt};
use crate::engine::authority::{check_domain, first_roles, not_frozen};
use crate::engine::{
    Conflict, Denied, Engine, Forbidden, InviteRef, NotFound, Outcome, Refusal, Stop, Unavailable,
};
use crate::store::{Claim, JoinOutcome, Joining, Right};

impl Engine {
    /// Makes the reads before the acceptance of the first of the caller's invites into the group.
    /// `None` if there is none.
    pub(super) async fn prepare_first(
        &self,
        acting: Acting<'_>,
        group: &Group,
        invites: &[Invite],
    ) -> Option<Outcome<Prepared>> {
        let invite = invites.first()?.clone();
        let offer = Offer { invite, group: Some(group.clone()), caveats: Caveats::default() };
        Some(self.prepare(acting, offer).await)
    }

    /// Makes the caller a member by one of these invites, or without one if the group is open.
    /// `prepared` is the acceptance of the first one.
    ///
    /// # Errors
    /// Those of [`Engine::join_seen_group`].
    pub(super) async fn join_found(
        &self,
        acting: Acting<'_>,
        group: &Group,
        mut invites: Vec<Invite>,
        mut prepared: Option<Outcome<Prepared>>,
    ) -> Outcome<Member> {
        let Acting { caller, now } = acting;
        for invite in &invites {
            match self.accept_own(acting, invite, prepared.take()).await {
                Ok(accepted) if accepted.repeated => return Err(Conflict::AlreadyMember.into()),
                Ok(accepted) => return Ok(accepted.member),
                // The invite ended after it was read, so the caller joins as if without it.
                Err(Stop::Refused(
                    Refusal::Conflict(Conflict::NotPending(_) | Conflict::InviteReplaced)
                    | Refusal::NotFound(NotFound::Invite | NotFound::Token(_))
                    | Refusal::Denied(Denied::InviterGone),
                )) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        match group.kind {
            // The app chooses the first member, because that member becomes the owner. So a group
            // without an owner is not open yet.
            GroupType::Open if group.owner_count > 0 => {
                for _ in 0..ATTEMPTS {
                    let joined = self.join_open(acting, group, &invites).await?;
                    if let Attempt::Done(member) = joined {
                        return Ok(member);
                    }
                    invites = self.own_invites_into(caller, &group.id, now).await?;
                }
                Err(Unavailable::Conflicts("the person's invites").into())
            }
            GroupType::Open | GroupType::Private => Err(Forbidden::InviteOnly.into()),
            GroupType::Secret => Err(NotFound::Group.into()),
        }
    }

    /// Accepts the caller's own invite, which is read again unless its acceptance is prepared.
    async fn accept_own(
        &self,
        acting: Acting<'_>,
        invite: &Invite,
        prepared: Option<Outcome<Prepared>>,
    ) -> Outcome<Accepted> {
        if let Some(prepared) = prepared
            && let Attempt::Done(accepted) = self.accept_prepared(acting, prepared?).await?
        {
            return Ok(accepted);
        }
        let reference = InviteRef::Id(invite.group.clone(), invite.id);
        // Boxed, because few acceptances read the invite again.
        Box::pin(self.accept_invite(acting.caller, &reference, acting.now)).await
    }

    /// Joins without an invite. The caller's own pending invites, which could not be accepted, end
    /// in the same transaction.
    async fn join_open(
        &self,
        Acting { caller, now }: Acting<'_>,
        group: &Group,
        invites: &[Invite],
    ) -> Outcome<Attempt<Member>> {
        not_frozen(group)?;
        check_domain(caller, group)?;
        let member = Member {
            group: group.id.clone(),
            user: caller.user.clone(),
            roles: first_roles(group, &Roles::default())?,
            privileges: Privileges::default(),
            name: caller.name.clone(),
            joined_at: now,
            invite: None,
            came_as: caller.invitee_keys(),
            expires_at: None,
            added_by: None,
            version: Version::FIRST,
        };
        let ended =
            invites.iter().map(|it| it.revoke(RevokeReason::Joined, Some(&caller.user), now));
        let ended: Vec<Transition> = ended.filter_map(Result::ok).collect();
        let joining = Joining {
            claim: Claim::Group,
            group,
            member: &member,
            becoming: None,
            ended: &ended,
            right: Right::Own,
            now,
        };
        match self.store.join(joining).await? {
            JoinOutcome::Joined => Ok(Attempt::Done(member)),
            JoinOutcome::AlreadyMember
                if self.clear_ended_membership(group, &caller.user, now).await? =>
            {
                Ok(Attempt::Retry)
            }
            JoinOutcome::AlreadyMember => Err(Conflict::AlreadyMember.into()),
            JoinOutcome::GroupRefused => {
                self.check_group(group).await?;
                // The group got its first owner meanwhile. The caller's next request finds that
                // owner.
                Err(Unavailable::Conflicts("the group's record").into())
            }
            JoinOutcome::InviteChanged | JoinOutcome::UserChanged | JoinOutcome::ActorChanged => {
                Ok(Attempt::Retry)
            }
        }
    }
}
