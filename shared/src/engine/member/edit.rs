//! Members: listing, changing, removing and leaving.
//!
//! Admins and owners change and remove members up to their own rank. Every member may leave.

use std::collections::BTreeSet;

use crate::auth::Caller;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{RevokeReason, Transition};
use crate::domain::invitee::user_key;
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::{Rank, Roles};
use crate::engine::authority::may_grant;
use crate::engine::member::orphans::with_orphans;
use crate::engine::{Conflict, Engine, Fault, Forbidden, NotFound, Outcome, Unavailable};
use crate::store::{ChangeMemberOutcome, Changing, MemberChange, Right};

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;
/// Maximum number of records in one read.
const BATCH: usize = 100;

/// A change of a member. `None` keeps the field as it is.
#[derive(Clone, Debug, Default)]
pub struct MemberEdit {
    /// The new roles.
    pub roles: Option<Roles>,
    /// The new privileges.
    pub privileges: Option<Privileges>,
}

impl Engine {
    /// Returns a page of the group's members, for a caller who is a member.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `InvalidCursor`, `Fault`.
    pub async fn list_members(
        &self,
        caller: &Caller,
        group: &GroupId,
        limit: i32,
        cursor: Option<&str>,
    ) -> Outcome<Page<Member>> {
        self.membership(caller, group).await?;
        Ok(self.store.list_members(group, limit, cursor).await?)
    }

    /// Returns which of these users are members of the group. Does not check the caller's rights.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn members_among(
        &self,
        group: &GroupId,
        users: &[UserId],
    ) -> Outcome<BTreeSet<UserId>> {
        let users: Vec<&UserId> = users.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut members = BTreeSet::new();
        for users in users.chunks(BATCH) {
            members.extend(self.store.members_among(group, users).await?);
        }
        Ok(members)
    }

    /// Changes a member's roles, privileges or both.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Member`, `Denied::NotMember`, `Denied::RoleAboveOwn` if the
    /// old or the new roles rank above the caller's own, `Forbidden::ChangesMembers`,
    /// `Conflict::LastOwner`, `Fault`.
    pub async fn edit_member(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
        edit: &MemberEdit,
        now: Timestamp,
    ) -> Outcome<Member> {
        let change = |member: &Member| {
            let MemberEdit { roles, privileges } = edit.clone();
            MemberChange::To(
                roles.unwrap_or_else(|| member.roles.clone()),
                privileges.unwrap_or_else(|| member.privileges.clone()),
            )
        };
        let (member, change) = self.change_member(caller, group, user, change, now).await?;
        Ok(match change {
            MemberChange::To(roles, privileges) => member.changed_to(&roles, &privileges),
            MemberChange::Removal | MemberChange::Expiry => member,
        })
    }

    /// Removes a member, or lets the caller leave. Revokes the person's pending invites into the
    /// group.
    ///
    /// # Errors
    /// The variants of [`Engine::edit_member`]. A caller who leaves needs no rank.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
        now: Timestamp,
    ) -> Outcome<()> {
        self.change_member(caller, group, user, |_| MemberChange::Removal, now).await.map(|_| ())
    }

    /// Makes a change. Returns the member as it was before, and the change.
    async fn change_member(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
        change: impl Fn(&Member) -> MemberChange,
        now: Timestamp,
    ) -> Outcome<(Member, MemberChange)> {
        for attempt in 0..ATTEMPTS {
            let (found, actor) = self.actor(caller, group).await?;
            let member = self.store.member(group, user).await?;
            let asked = member.as_ref().map(&change);
            let (member, change) = check_change(&actor.member, member.zip(asked))?;
            let by = actor.author();
            let mut ended = match change {
                MemberChange::Removal => {
                    let reason = RevokeReason::MemberRemoved;
                    self.revocations_for(&member, reason, &by, now).await?
                }
                MemberChange::To(..) | MemberChange::Expiry => Vec::new(),
            };
            // A retry reads each invite by its key, because the index may lag behind the conflict.
            let orphans = self.orphans(&found, (&member, &change), attempt > 0, now).await?;
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
                    return Ok((member, change));
                }
                ChangeMemberOutcome::GroupRefused => {
                    // A group that was deleted meanwhile is not found.
                    let (group, _) = self.membership(caller, group).await?;
                    if ends_last_owner(&group, &member, &change) {
                        return Err(Conflict::LastOwner.into());
                    }
                }
                ChangeMemberOutcome::Conflict => {}
            }
        }
        Err(Unavailable::Conflicts("the member's record").into())
    }

    /// Returns revocations, in the name of `by` and for this reason, of every pending invite that
    /// could bring the person into the group.
    ///
    /// Such an invite names the user id, or an identity that the person proved on joining or that
    /// the directory lists.
    pub(in crate::engine) async fn revocations_for(
        &self,
        member: &Member,
        reason: RevokeReason,
        by: &Author,
        now: Timestamp,
    ) -> Result<Vec<Transition>, Fault> {
        let known = self.store.user(&member.user).await?;
        let identities = known.map(|user| user.profile.identities()).unwrap_or_default();
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
