//! Deleting a group.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::engine::{Engine, Forbidden, NotFound, Outcome};

impl Engine {
    /// Deletes the group: revokes its pending invites, removes its members, and reserves its id
    /// forever.
    ///
    /// # Errors
    /// `NotFound::Group` if the caller is not a member, `Forbidden::DeletesGroup`, `Fault`.
    pub async fn delete_group(&self, caller: &Caller, id: &GroupId, now: Timestamp) -> Outcome<()> {
        // The owner's membership is deleted last, so that the owner can repeat an interrupted call.
        let member = self.store.member(id, &caller.user).await?.ok_or(NotFound::Group)?;
        if !member.roles.is_owner() {
            return Err(Forbidden::DeletesGroup.into());
        }
        Ok(self.store.delete_group(id, &caller.user, now).await?)
    }
}
