//! Member management by owners only (docs/contracts/rownd.md#members).

use super::change::{Made, Target};
use super::people::{Person, known};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::member::Member;
use crate::engine::{Engine, MemberEdit, Outcome};
use crate::store::MemberChange;

impl Engine {
    /// Changes a member's roles, privileges or both, if the caller is an owner.
    ///
    /// # Errors
    /// `Forbidden::ManagesMembers` if the caller is not an owner, and the variants of
    /// [`Engine::edit_member`].
    pub async fn edit_member_as_owner(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
        edit: &MemberEdit,
        now: Timestamp,
    ) -> Outcome<Person> {
        let target = Target { group, user, by_owner: true, with_invite: true };
        let change = |member: &Member| edit.change(member);
        let made = self.change_member(caller, target, change, now).await?;
        let Made { member, user, invites } = made;
        Ok(known(member, user, &invites))
    }

    /// Removes a member, if the caller is an owner or that member.
    ///
    /// # Errors
    /// `Forbidden::ManagesMembers` if the caller is neither, and the variants of
    /// [`Engine::remove_member`].
    pub async fn remove_member_as_owner(
        &self,
        caller: &Caller,
        group: &GroupId,
        user: &UserId,
        now: Timestamp,
    ) -> Outcome<()> {
        let by_owner = *user != caller.user;
        let target = Target { group, user, by_owner, with_invite: false };
        self.change_member(caller, target, |_| MemberChange::Removal, now).await.map(|_| ())
    }
}
