//! Memberships that have ended by time. Every read leaves them out. `background-tick` removes them,
//! or before that the write that needs their place.

use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::UserId;
use crate::domain::member::Member;
use crate::engine::{Engine, Fault, Outcome};
use crate::store::{ChangeMemberOutcome, Changing, MemberChange, Right, StoredGroup};

impl Engine {
    /// Removes the user's membership of the group if it has ended, which also frees its seat.
    /// Returns whether there was one; then the caller reads again and retries.
    pub(in crate::engine) async fn clear_ended_membership(
        &self,
        group: &Group,
        user: &UserId,
        now: Timestamp,
    ) -> Outcome<bool> {
        let Some(member) = self.store.ended_member(&group.id, user).await? else {
            return Ok(false);
        };
        // A parallel request may have removed it before, so the outcome is not asked: the retry decides.
        self.remove_ended(&member, now).await?;
        Ok(true)
    }

    /// Removes a membership that has ended, as the removal of a member does. The invites that rested
    /// on it are not acceptable any more, and the stream's function ends them (`Engine::follow`).
    /// Returns whether this removed it: it may be gone, or the person may have joined again.
    pub(in crate::engine) async fn remove_ended(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let (found, _) = self.store.stored_group_and_member(&member.group, &member.user).await?;
        let group = match found {
            Some(StoredGroup::Active(group)) => group,
            // Nothing is counted there.
            Some(StoredGroup::Deleted { .. }) | None => {
                return Ok(self.store.delete_ended_member(member, now).await?);
            }
        };
        let changing = Changing {
            group: &group,
            member,
            change: &MemberChange::Expiry,
            ended: &[],
            by: &Author::System,
            right: Right::Own,
            now,
        };
        Ok(match self.store.change_member(changing).await? {
            ChangeMemberOutcome::Changed => true,
            // The group was deleted or changed meanwhile, or the membership is another by now.
            ChangeMemberOutcome::GroupRefused | ChangeMemberOutcome::Conflict => false,
        })
    }
}
