//! The consequences of a group's deletion.

use super::MOST_AT_ONCE;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::engine::{Engine, Fault, Progress};
use crate::store::StoredGroup;

impl Engine {
    /// Ends the pending invites of a deleted group, then removes its members.
    pub(super) async fn follow_deletion(
        &self,
        group: &GroupId,
        by: Option<&UserId>,
        now: Timestamp,
    ) -> Result<Progress, Fault> {
        Ok(self.clear_group(group, by, MOST_AT_ONCE, now).await?)
    }

    /// Returns who deleted the group, if it was deleted.
    pub(super) async fn tombstone(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Option<Option<UserId>>, Fault> {
        let (found, _) = self.store.stored_group_and_member(group, user).await?;
        Ok(match found {
            Some(StoredGroup::Deleted { by, .. }) => Some(by),
            Some(StoredGroup::Active(_)) | None => None,
        })
    }
}
