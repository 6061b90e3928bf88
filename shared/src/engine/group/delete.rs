//! Deleting a group.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::engine::{Engine, Forbidden, NotFound, Outcome};

impl Engine {
    /// Deletes the group. Its pending invites are revoked, its members are removed, and its id is
    /// never used again.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` below owner, and the table's own.
    pub async fn delete_group(&self, caller: &Caller, id: &GroupId, now: Timestamp) -> Outcome<()> {
        // The owner's membership is deleted last, so that the owner can repeat an interrupted call.
        let member = self.store.member(id, &caller.user).await?.ok_or(NotFound::Group)?;
        if !member.roles.is_owner() {
            return Err(Forbidden::DeletesGroup.into());
        }
        Ok(self.store.delete_group(id, &caller.user, now).await?)
    }
}
