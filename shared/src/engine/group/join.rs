//! Joining a group by its id: by the caller's own pending invite, or without an invite if the group
//! is open.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::{Group, GroupType};
use crate::domain::ids::GroupId;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::engine::authority::first_roles;
use crate::engine::authority::{check_domain, not_frozen};
use crate::engine::{
    Conflict, Denied, Engine, Forbidden, InviteRef, NotFound, Outcome, Refusal, Stop, Unavailable,
};
use crate::store::{Claim, JoinOutcome, Joining};

impl Engine {
    /// Makes the caller a member. Links are ignored, because a link requires its token.
    ///
    /// # Errors
    /// `NotFound::Group` (also for a secret group without an invite), `Denied::DomainNotAllowed`,
    /// `Forbidden::InviteOnly`, `Forbidden::Frozen`, `Conflict::AlreadyMember`,
    /// `Conflict::SeatsFull`, `Invalid`, `Fault`.
    pub async fn join_group(
        &self,
        caller: &Caller,
        id: &GroupId,
        now: Timestamp,
    ) -> Outcome<Member> {
        let (found, invites) = futures::join!(
            self.store.group_and_member(id, &caller.user),
            self.own_invites_into(caller, id, now)
        );
        let ((group, member), invites) = (found?, invites?);
        let group = group.filter(|group| !group.is_application()).ok_or(NotFound::Group)?;
        if member.is_some() {
            return Err(Conflict::AlreadyMember.into());
        }
        for invite in invites {
            match self.accept_invite(caller, &InviteRef::Id(group.id.clone(), invite.id), now).await
            {
                Ok(accepted) if accepted.repeated => return Err(Conflict::AlreadyMember.into()),
                Ok(accepted) => return Ok(accepted.member),
                // The invite ended after it was read, so the caller joins as if without it.
                Err(Stop::Refused(
                    Refusal::Conflict(Conflict::NotPending(_) | Conflict::InviteReplaced)
                    | Refusal::NotFound(NotFound::Invite)
                    | Refusal::Denied(Denied::InviterGone),
                )) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        match group.kind {
            // The app chooses the first member, because that member becomes the owner. So a group
            // without an owner is not open yet.
            GroupType::Open if group.owner_count > 0 => self.join_open(caller, &group, now).await,
            GroupType::Open | GroupType::Private => Err(Forbidden::InviteOnly.into()),
            GroupType::Secret => Err(NotFound::Group.into()),
        }
    }

    async fn join_open(&self, caller: &Caller, group: &Group, now: Timestamp) -> Outcome<Member> {
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
        };
        let joining = Joining {
            claim: Claim::Group,
            group,
            member: &member,
            becoming: None,
            ended: &[],
            now,
        };
        match self.store.join(joining).await? {
            JoinOutcome::Joined => Ok(member),
            JoinOutcome::AlreadyMember => Err(Conflict::AlreadyMember.into()),
            JoinOutcome::GroupRefused => {
                self.check_group(group).await?;
                // The group got its first owner meanwhile. The caller's next request finds that
                // owner.
                Err(Unavailable::Conflicts("the group's record").into())
            }
            JoinOutcome::InviteChanged | JoinOutcome::UserChanged => {
                Err(Unavailable::Conflicts("the group's record").into())
            }
        }
    }
}
