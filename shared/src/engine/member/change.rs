//! How a change of a member is made: one read, the invites that end with it, and one write.

use super::orphans::with_orphans;
use crate::auth::Caller;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{Invite, RevokeReason, Transition};
use crate::domain::invitee::user_key;
use crate::domain::member::Member;
use crate::domain::role::Rank;
use crate::domain::user::User;
use crate::engine::authority::{actor_of, may_grant};
use crate::engine::{Conflict, Engine, Fault, Forbidden, NotFound, Outcome, Unavailable};
use crate::store::{ChangeMemberOutcome, Changing, MemberChange, Right, UserItem};

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;

/// The member to change.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) group: &'a GroupId,
    pub(super) user: &'a UserId,
    /// Whether only owners may make the change. Otherwise admins may, too.
    pub(super) by_owner: bool,
    /// Whether to read the invite by which the member joined.
    pub(super) with_invite: bool,
}

/// A change that was made.
pub(super) struct Made {
    /// The member after the change, or as it was before a removal.
    pub(super) member: Member,
    /// The directory's record of the member.
    pub(super) user: Option<User>,
    /// The invite by which the member joined, if it was wanted.
    pub(super) invites: Vec<Invite>,
}

impl Engine {
    /// Makes a change. Everything that a response shows is read before the write, because nothing
    /// may fail after it.
    pub(super) async fn change_member(
        &self,
        caller: &Caller,
        target: Target<'_>,
        change: impl Fn(&Member) -> MemberChange,
        now: Timestamp,
    ) -> Outcome<Made> {
        for attempt in 0..ATTEMPTS {
            let read = self.store.read_for_member(target.group, &caller.user, target.user).await?;
            let (found, actor) = actor_of(caller, read.group, read.own)?;
            if target.by_owner && !actor.member.roles.is_owner() {
                return Err(Forbidden::ManagesMembers.into());
            }
            let member = self.store.member_of(read.member)?;
            let asked = member.as_ref().map(&change);
            let (member, change) = check_change(&actor.member, member.zip(asked))?;
            let by = actor.author();
            // A retry reads each invite by its key, because the index may lag behind the conflict.
            let (ended, orphans, invites) = futures::join!(
                self.ended_with((&member, &change), &read.user, &by, now),
                self.orphans(&found, (&member, &change), attempt > 0, now),
                self.invites_of(if target.with_invite {
                    std::slice::from_ref(&member)
                } else {
                    &[]
                }),
            );
            let (mut ended, orphans, invites) = (ended?, orphans?, invites?);
            let links = with_orphans(&mut ended, &orphans, &by, now);
            let right = if member.user == caller.user { Right::Own } else { actor.right() };
            let changing = Changing {
                group: &found,
                member: &member,
                change: &change,
                ended: &ended,
                by: &by,
                right,
                now,
            };
            match self.store.change_member(changing).await? {
                ChangeMemberOutcome::Changed => {
                    self.end_links(links).await;
                    let member = after(member, &change);
                    return Ok(Made { member, user: read.user.shown(), invites });
                }
                ChangeMemberOutcome::GroupRefused => {
                    // A group that was deleted meanwhile is not found.
                    let (group, _) = self.membership(caller, target.group).await?;
                    if ends_last_owner(&group, &member, &change) {
                        return Err(Conflict::LastOwner.into());
                    }
                }
                ChangeMemberOutcome::Conflict => {}
            }
        }
        Err(Unavailable::Conflicts("the member's record").into())
    }

    /// Returns the revocations of the invites to a person who is removed.
    async fn ended_with(
        &self,
        (member, change): (&Member, &MemberChange),
        user: &UserItem,
        by: &Author,
        now: Timestamp,
    ) -> Result<Vec<Transition>, Fault> {
        match change {
            MemberChange::Removal => {
                let reason = RevokeReason::MemberRemoved;
                self.revocations_of((member, user.user()?.as_ref()), reason, by, now).await
            }
            MemberChange::To(..) | MemberChange::Expiry => Ok(Vec::new()),
        }
    }

    /// Returns revocations, in the name of `by` and for this reason, of every pending invite that
    /// could bring the person into the group.
    pub(in crate::engine) async fn revocations_for(
        &self,
        member: &Member,
        reason: RevokeReason,
        by: &Author,
        now: Timestamp,
    ) -> Result<Vec<Transition>, Fault> {
        let user = self.store.user(&member.user).await?;
        self.revocations_of((member, user.as_ref()), reason, by, now).await
    }

    /// Returns what [`Engine::revocations_for`] does, for a member whose record in the directory was
    /// read already.
    ///
    /// Such an invite names the user id, or an identity that the person proved on joining or that
    /// the directory lists.
    pub(super) async fn revocations_of(
        &self,
        (member, user): (&Member, Option<&User>),
        reason: RevokeReason,
        by: &Author,
        now: Timestamp,
    ) -> Result<Vec<Transition>, Fault> {
        let identities = user.map(|user| user.profile.identities()).unwrap_or_default();
        let known = identities.iter().map(Identity::key);
        let keys = std::iter::once(user_key(&member.user))
            .chain(known)
            .chain(member.came_as.iter().cloned());
        let keys: Vec<String> = keys.collect();
        let found = self.invites_for_keys(&member.group, &keys).await?;
        let revoked = found.iter().map(|invite| invite.revoke_as(by, reason, now));
        Ok(revoked.filter_map(Result::ok).collect())
    }
}

/// Returns the member after the change, or as it was before a removal.
fn after(member: Member, change: &MemberChange) -> Member {
    match change {
        MemberChange::To(roles, privileges) => member.changed_to(roles, privileges),
        MemberChange::Removal | MemberChange::Expiry => member,
    }
}

/// Returns whether the change would leave the group without an owner.
fn ends_last_owner(group: &Group, member: &Member, change: &MemberChange) -> bool {
    let stays = matches!(change, MemberChange::To(roles, _) if roles.is_owner());
    member.roles.is_owner() && !stays && group.owner_count <= 1
}

/// Returns the member and the change, if `own` may make that change.
fn check_change(
    own: &Member,
    asked: Option<(Member, MemberChange)>,
) -> Outcome<(Member, MemberChange)> {
    let leaves = |(member, change): &(Member, MemberChange)| {
        member.user == own.user && matches!(change, MemberChange::Removal)
    };
    if asked.as_ref().is_some_and(leaves) {
        return asked.ok_or(NotFound::Member.into());
    }
    if own.roles.rank() < Rank::Admin {
        return Err(Forbidden::ChangesMembers.into());
    }
    let (member, change) = asked.ok_or(NotFound::Member)?;
    if let MemberChange::To(roles, _) = &change {
        may_grant(own, roles)?;
    }
    may_grant(own, &member.roles)?;
    Ok((member, change))
}
