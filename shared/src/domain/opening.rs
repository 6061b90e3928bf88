//! The first opening of an invite's page.

use super::clock::Timestamp;
use super::counters::{Generation, Version};
use super::ids::{GroupId, InviteId};
use super::invite::Invite;

/// The record that a person saw the page of an invite. There is one per generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The group of the invite.
    pub group: GroupId,
    /// The invite.
    pub invite: InviteId,
    /// The generation whose link was opened.
    pub generation: Generation,
    /// The version of the invite at that time.
    pub version: Version,
    /// When the page was seen.
    pub at: Timestamp,
}

impl Opening {
    /// Returns the opening of the invite's page at `now`. `None` if its invitee cannot accept any
    /// more.
    pub fn of(invite: &Invite, now: Timestamp) -> Option<Self> {
        let Invite { id, ref group, generation, version, updated_at, .. } = *invite;
        // An instance whose clock is late must not sort the event before what it follows.
        let at = now.max(updated_at);
        let opening = Self { group: group.clone(), invite: id, generation, version, at };
        invite.awaits_invitee(now).then_some(opening)
    }
}
