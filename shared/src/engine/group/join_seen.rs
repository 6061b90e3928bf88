//! Joining a group by its id, and returning the group as the new member sees it.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::member::Member;
use crate::engine::{Engine, Outcome, SeenGroup};

impl Engine {
    /// Makes the caller a member as [`Engine::join_group`] does. Returns the membership, and the
    /// group as the new member sees it.
    ///
    /// The group is read before the write, because nothing may fail after the caller has joined.
    ///
    /// # Errors
    /// The variants of [`Engine::join_group`].
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

/// Returns the group as the caller sees it after joining as `member`.
fn joined_as(mut seen: SeenGroup, member: Member) -> SeenGroup {
    seen.view.member_count += 1;
    seen.view.group.owner_count += u32::from(member.roles.is_owner());
    seen.view.own = Some(member);
    SeenGroup { invite: None, ..seen }
}
