//! Member management by owners only (docs/contracts/rownd.md#members).

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::member::Member;
use crate::engine::{Engine, Forbidden, MemberEdit, Outcome};

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
    ) -> Outcome<Member> {
        self.require_owner(caller, group).await?;
        self.edit_member(caller, group, user, edit, now).await
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
        if *user != caller.user {
            self.require_owner(caller, group).await?;
        }
        self.remove_member(caller, group, user, now).await
    }

    async fn require_owner(&self, caller: &Caller, group: &GroupId) -> Outcome<()> {
        if self.own_group(caller, group).await?.member.roles.is_owner() {
            Ok(())
        } else {
            Err(Forbidden::ManagesMembers.into())
        }
    }
}
