//! Joining a group by its id, and returning the group as the new member sees it.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::member::Member;
use crate::engine::acting::Acting;
use crate::engine::{Conflict, Engine, NotFound, Outcome, SeenGroup};

impl Engine {
    /// Makes the caller a member: by the caller's own pending invite, or without one if the group is
    /// open. Links are ignored, because a link requires its token. Returns the membership, and the
    /// group as the new member sees it.
    ///
    /// The group is read before the write, because nothing may fail after the caller has joined.
    ///
    /// # Errors
    /// `NotFound::Group` (also for a secret group without an invite), `Denied::DomainNotAllowed`,
    /// `Forbidden::InviteOnly`, `Forbidden::Frozen`, `Conflict::AlreadyMember`,
    /// `Conflict::SeatsFull`, `Invalid`, `Fault`.
    pub async fn join_seen_group(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<(Member, SeenGroup)> {
        let acting = Acting { caller, now };
        let (group, reads) = self.read_seen(caller, group, &[], now).await?;
        if group.is_application() {
            return Err(NotFound::Group.into());
        }
        if reads.own.is_some() {
            return Err(Conflict::AlreadyMember.into());
        }
        let invites = reads.invites.clone();
        let (seen, prepared) = futures::join!(
            self.seen(group.clone(), reads),
            // Boxed, because the two together are large.
            Box::pin(self.prepare_first(acting, &group, &invites))
        );
        let seen = seen?;
        let member = self.join_found(acting, &group, invites, prepared).await?;
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
