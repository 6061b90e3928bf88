//! Joining a group by its id, and seeing it as its new member does.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::member::Member;
use crate::engine::{Engine, Outcome, SeenGroup};

impl Engine {
    /// Makes the caller a member as [`Engine::join_group`] does, and returns the membership with
    /// the group as its new member sees it.
    ///
    /// The group is read before the write, because a caller who has joined must not be told that it
    /// failed.
    ///
    /// # Errors
    /// As for [`Engine::join_group`].
    pub async fn join_seen_group(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<(Member, SeenGroup)> {
        let seen = self.see_group(caller, group, &[], now).await?;
        let member = self.join_group(caller, group, now).await?;
        let seen = joined_as(seen, member.clone());
        Ok((member, seen))
    }
}

/// Returns the group as it is for the caller, who has just become this member of it.
fn joined_as(mut seen: SeenGroup, member: Member) -> SeenGroup {
    seen.view.member_count += 1;
    seen.view.group.owner_count += u32::from(member.roles.is_owner());
    seen.view.own = Some(member);
    SeenGroup { invite: None, ..seen }
}
