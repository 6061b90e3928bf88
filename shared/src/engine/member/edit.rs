//! Members: listing, changing, removing and leaving.
//!
//! Admins and owners change and remove members up to their own rank. Every member may leave.

use std::collections::BTreeSet;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Transition;
use crate::domain::invitee::user_key;
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::{Rank, Roles};
use crate::engine::authority::may_grant;
use crate::engine::{Conflict, Engine, Forbidden, NotFound, Outcome, Unavailable};
use crate::store::{ChangeMemberOutcome, Changing, MemberChange};

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
        self.visible_membership(caller, group).await?;
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
    /// `Forbidden::NoMembersToChange`, `Conflict::LastOwner`, `Fault`.
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
            MemberChange::To(roles, privileges) => Member { roles, privileges, ..member },
            MemberChange::Removal => member,
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
        for _ in 0..ATTEMPTS {
            let (found, own) = self.membership(caller, group).await?;
            if found.is_application() {
                return Err(Forbidden::NoMembersToChange.into());
            }
            let member = self.store.member(group, user).await?;
            let asked = member.as_ref().map(&change);
            let (member, change) = check_change(&own, member.zip(asked))?;
            let ended = match change {
                MemberChange::Removal => self.revocations_for(&member, &caller.user, now).await?,
                MemberChange::To(..) => Vec::new(),
            };
            let changing =
                Changing { group: &found, member: &member, change: &change, ended: &ended, now };
            match self.store.change_member(changing).await? {
                ChangeMemberOutcome::Changed => return Ok((member, change)),
                ChangeMemberOutcome::LastOwner => return Err(Conflict::LastOwner.into()),
                ChangeMemberOutcome::Conflict => {}
            }
        }
        Err(Unavailable::Conflicts("the member's record").into())
    }

    /// Returns revocations, in the name of `by`, of every pending invite that could bring the
    /// person back into the group.
    ///
    /// Such an invite names the user id, is the invite that the person joined by, or names an
    /// identity that the person proved on joining or that the directory lists.
    pub(in crate::engine) async fn revocations_for(
        &self,
        member: &Member,
        by: &UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Transition>> {
        let known = self.store.user(&member.user).await?;
        let identities = known.map(|user| user.profile.identities()).unwrap_or_default();
        let known = identities.iter().map(Identity::key);
        let keys = std::iter::once(user_key(&member.user))
            .chain(known)
            .chain(member.came_as.iter().cloned());
        let mut ids: Vec<InviteId> =
            keys.map(|key| InviteId::of(&member.group, &key, 0)).chain(member.invite).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.store.invites(&member.group, &ids).await?;
        let addressed = found.iter().filter(|invite| invite.invitee.link().is_none());
        Ok(addressed.filter_map(|invite| invite.revoke(Some(by), now).ok()).collect())
    }
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
