//! Members: listing, changing, removing and leaving.
//!
//! Admins and owners change and remove members up to their own rank. Every member may leave.

use std::collections::BTreeSet;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::engine::member::change::{Made, Target};
use crate::engine::{Engine, Outcome, Present};
use crate::store::MemberChange;

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

impl MemberEdit {
    /// Returns the change of this member.
    pub(super) fn change(&self, member: &Member) -> MemberChange {
        let Self { roles, privileges } = self.clone();
        MemberChange::To(
            roles.unwrap_or_else(|| member.roles.clone()),
            privileges.unwrap_or_else(|| member.privileges.clone()),
        )
    }
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
        // A stranger makes the service read one page in vain.
        let (allowed, page) = futures::join!(
            self.membership(caller, group),
            self.store.list_members(group, limit, cursor)
        );
        allowed?;
        Ok(page?)
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

    /// Changes a member's roles, privileges or both. Returns the member, with the record that names
    /// them.
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
    ) -> Outcome<(Member, Present)> {
        let target = Target { group, user, by_owner: false, with_invite: false };
        let change = |member: &Member| edit.change(member);
        let made = self.change_member(caller, target, change, now).await?;
        let Made { member, user, invites: _ } = made;
        Ok((member, user.into_iter().fold(Present::default(), Present::with_user)))
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
        let target = Target { group, user, by_owner: false, with_invite: false };
        self.change_member(caller, target, |_| MemberChange::Removal, now).await.map(|_| ())
    }
}
