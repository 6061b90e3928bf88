//! Adding a member without an invite: owners add users of the directory.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::RevokeReason;
use crate::domain::invitee::user_key;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::domain::user::{self, User, UserState};
use crate::engine::acting::Acting;
use crate::engine::authority::{actor_of, first_roles, may_grant, not_frozen};
use crate::engine::{Conflict, Denied, Engine, Forbidden, NotFound, Outcome, Unavailable};
use crate::store::{Claim, JoinOutcome, Joining};

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;

impl Engine {
    /// Adds a user of the directory to the group, and revokes the user's pending invites into it.
    /// The first member of a group becomes its owner.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::User`, `Denied::NotMember`, `Denied::InvitesRefused`,
    /// `Denied::DomainNotAllowed`, `Forbidden::AddsMembers`, `Forbidden::Frozen`, `Conflict::AlreadyMember`,
    /// `Conflict::SeatsFull`, `Limited::Rate` (invites count in the same window), `Invalid`,
    /// `Fault`.
    pub async fn add_member(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
        roles: &Roles,
        now: Timestamp,
    ) -> Outcome<Member> {
        self.pass_inviter(Acting { caller, now }).await?;
        for _ in 0..ATTEMPTS {
            let (found, own) = self.store.group_and_member(group, &caller.user).await?;
            let (found, actor) = actor_of(caller, found, own)?;
            check(&found, &actor.member, roles)?;
            let known = self
                .store
                .user(user)
                .await?
                .filter(|user| user.state == UserState::Active)
                .ok_or(NotFound::User)?;
            if self.store.member(group, user).await?.is_some() {
                return Err(Conflict::AlreadyMember.into());
            }
            if known.profile.refuses_invites {
                return Err(Denied::InvitesRefused.into());
            }
            if !found.policy.admits(known.profile.email.as_ref()) {
                return Err(Denied::DomainNotAllowed.into());
            }
            let roles = first_roles(&found, roles)?;
            let by = actor.author();
            let added_by = Some(by.clone());
            let member = Member { added_by, ..new_member(&found, &known, roles, now) };
            let ended = self.revocations_for(&member, RevokeReason::Joined, &by, now).await?;
            let joining = Joining {
                claim: Claim::Group,
                group: &found,
                member: &member,
                becoming: None,
                ended: &ended,
                right: actor.right(),
                now,
            };
            match self.store.join(joining).await? {
                JoinOutcome::Joined => return Ok(member),
                JoinOutcome::AlreadyMember
                    if self.clear_ended_membership(&found, user, now).await? => {}
                JoinOutcome::AlreadyMember => return Err(Conflict::AlreadyMember.into()),
                JoinOutcome::GroupRefused => self.check_group(&found).await?,
                JoinOutcome::InviteChanged
                | JoinOutcome::UserChanged
                | JoinOutcome::ActorChanged => {}
            }
        }
        Err(Unavailable::Conflicts("the person's invites").into())
    }
}

fn check(group: &Group, own: &Member, roles: &Roles) -> Outcome<()> {
    if !own.roles.is_owner() {
        return Err(Forbidden::AddsMembers.into());
    }
    may_grant(own, roles)?;
    not_frozen(group)?;
    Ok(())
}

fn new_member(group: &Group, user: &User, roles: Roles, now: Timestamp) -> Member {
    Member {
        group: group.id.clone(),
        user: user.id.clone(),
        roles,
        privileges: Privileges::default(),
        name: user::full_name(user.profile.first_name.as_ref(), user.profile.last_name.as_ref()),
        joined_at: now,
        invite: None,
        came_as: vec![user_key(&user.id)],
        expires_at: None,
        added_by: None,
        version: Version::FIRST,
    }
}
