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
use crate::engine::attempt::Attempt;
use crate::engine::authority::{actor_of, first_roles, may_grant, not_frozen};
use crate::engine::member::people::{Person, known};
use crate::engine::{Conflict, Denied, Engine, Forbidden, NotFound, Outcome, Unavailable};
use crate::store::{Claim, JoinOutcome, Joining, MemberReads};

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
    ) -> Outcome<Person> {
        let acting = Acting { caller, now };
        let read = || self.store.read_for_member(group, &caller.user, user);
        let (passed, mut reads) = futures::join!(self.pass_inviter(acting), read());
        passed?;
        for _ in 0..ATTEMPTS {
            if let Attempt::Done(person) = self.try_to_add(acting, user, roles, reads?).await? {
                return Ok(person);
            }
            reads = read().await;
        }
        Err(Unavailable::Conflicts("the person's invites").into())
    }

    async fn try_to_add(
        &self,
        Acting { caller, now }: Acting<'_>,
        user: &UserId,
        roles: &Roles,
        reads: MemberReads,
    ) -> Outcome<Attempt<Person>> {
        let (found, actor) = actor_of(caller, reads.group, reads.own)?;
        check(&found, &actor.member, roles)?;
        let added = reads.user.user()?.filter(|user| user.state == UserState::Active);
        let added = added.ok_or(NotFound::User)?;
        if self.store.member_of(reads.member)?.is_some() {
            return Err(Conflict::AlreadyMember.into());
        }
        if added.profile.refuses_invites {
            return Err(Denied::InvitesRefused.into());
        }
        if !found.policy.admits(added.profile.email.as_ref()) {
            return Err(Denied::DomainNotAllowed.into());
        }
        let roles = first_roles(&found, roles)?;
        let by = actor.author();
        let added_by = Some(by.clone());
        let member = Member { added_by, ..new_member(&found, &added, roles, now) };
        let of = (&member, Some(&added));
        let ended = self.revocations_of(of, RevokeReason::Joined, &by, now).await?;
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
            JoinOutcome::Joined => return Ok(Attempt::Done(known(member, Some(added), &[]))),
            JoinOutcome::AlreadyMember
                if self.clear_ended_membership(&found, user, now).await? => {}
            JoinOutcome::AlreadyMember => return Err(Conflict::AlreadyMember.into()),
            JoinOutcome::GroupRefused => self.check_group(&found).await?,
            JoinOutcome::InviteChanged | JoinOutcome::UserChanged | JoinOutcome::ActorChanged => {}
        }
        Ok(Attempt::Retry)
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
