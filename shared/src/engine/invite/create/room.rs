//! The cap on a group's pending invites. One invite, several and a hundred ask it here
//! (docs/contracts/native.md#limits).
//!
//! An invite that can never be accepted again takes no place. The index cannot know such invites, so
//! they are looked for only where a plain count leaves too few places (ADR 0012).

use super::rules::cap;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, InviteFilter, State};
use crate::engine::Engine;
use crate::engine::fault::Stop;
use crate::engine::refusal::{Limited, Refusal};
use crate::store::{InviteList, PendingCount, StoreError};

/// The most pending invites that are examined where a plain count leaves too few places.
const MOST_EXAMINED: usize = 1_000;

/// A count that has started or failed. A failed count stops no request, because the cap is soft
/// (docs/contracts/native.md#limits).
pub(super) type StartedCount = Result<PendingCount, StoreError>;

/// The number of places that a group has left for pending invites. `None` if no limit is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(Option<u32>);

impl Room {
    /// The room of a group without a cap, or whose count failed.
    pub(super) const UNKNOWN: Self = Self(None);

    /// Returns the room of a group with `count` pending invites under a cap.
    pub(super) fn of(count: u32, cap: u32) -> Self {
        Self(Some(cap.saturating_sub(count)))
    }

    /// Takes a place for a new invite.
    ///
    /// # Errors
    /// `Limited::Pending`.
    pub(super) fn take(&mut self) -> Result<(), Refusal> {
        if let Some(left) = &mut self.0 {
            *left = left.checked_sub(1).ok_or(Limited::Pending)?;
        }
        Ok(())
    }
}

impl Engine {
    /// Starts to count the group's pending invites, in parallel with the reads that decide
    /// authority (ADR 0012).
    pub(super) async fn begin_count(&self, group: &GroupId, now: Timestamp) -> StartedCount {
        if *group == GroupId::application() {
            Ok(PendingCount::default())
        } else {
            self.store.begin_count(group, now).await
        }
    }

    /// Returns the group's room for `wanted` more pending invites. It is exact if the group has not
    /// that much room by a plain count, else it may leave out places that nobody needs.
    ///
    /// A cap of 0 needs no count, so a failed count lets nobody past it.
    pub(super) async fn room(
        &self,
        group: &Group,
        started: &StartedCount,
        wanted: u32,
        now: Timestamp,
    ) -> Room {
        let Some(cap) = cap(group, self.pending_per_group) else { return Room::UNKNOWN };
        if cap == 0 {
            return Room::of(0, 0);
        }
        let plain = match started {
            Ok(started) => known(self.store.count_pending(&group.id, started, cap, now).await),
            Err(error) => known(Err(error)),
        };
        let count = match plain {
            Some(count) if count.saturating_add(wanted) > cap => {
                known(self.count_blocking(group, cap, now).await)
            }
            plain => plain,
        };
        count.map_or(Room::UNKNOWN, |count| Room::of(count, cap))
    }

    /// Returns the group's room for one more pending invite, counted at once. The caller must have the
    /// right to invite.
    pub(super) async fn room_for_one(&self, group: &Group, now: Timestamp) -> Room {
        let Some(cap) = cap(group, self.pending_per_group) else { return Room::UNKNOWN };
        let started = self.store.count_first(&group.id, cap.max(1), now).await;
        self.room(group, &started, 1, now).await
    }

    /// Counts the pending invites that block another of the same person, up to `cap`. Those beyond
    /// the first [`MOST_EXAMINED`] are not examined, and the count is then `cap`.
    ///
    /// It reads whole invites.
    async fn count_blocking(&self, group: &Group, cap: u32, now: Timestamp) -> Result<u32, Stop> {
        let list = InviteList::of_group(&group.id, InviteFilter::of_states(vec![State::Pending]));
        let found = self.store.all_invites(&list, MOST_EXAMINED, now).await?;
        let examined: Vec<(&Group, &Invite)> =
            found.data.iter().map(|invite| (group, invite)).collect();
        let blocking = examined.len() - self.replaceable(&examined).await?.len();
        let blocking = u32::try_from(blocking).unwrap_or(u32::MAX);
        Ok(if found.complete { cap.min(blocking) } else { cap })
    }
}

/// Returns the count. `None` if it failed, which is logged.
fn known<E: std::fmt::Debug>(count: Result<u32, E>) -> Option<u32> {
    count
        .inspect_err(|error| tracing::warn!(?error, "Could not count a group's pending invites"))
        .ok()
}
