//! The cap on a group's pending invites. One invite, several and a hundred ask it here
//! (docs/contracts/native.md#limits).
//!
//! An invite that can never be accepted again takes no place. The index cannot know such invites, so
//! they are looked for only where a plain count leaves too few places (ADR 0012). A group with many
//! pending invites is counted seldom, because a count leaves an allowance (ADR 0049).

use super::rules::cap;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::GroupId;
use crate::domain::invite::{Invite, InviteFilter, State};
use crate::engine::Engine;
use crate::engine::fault::Stop;
use crate::engine::refusal::{Limited, Refusal};
use crate::store::{Allowance, InviteList, PendingCount, StoreError};

/// The most pending invites that are examined where a plain count leaves too few places.
const MOST_EXAMINED: usize = 1_000;

/// The most pending invites that a request leaves without taking from the allowance: the 25 of the
/// first query, and the 100 of a request. An allowance leaves this many places free (ADR 0049).
const MOST_UNCOUNTED: u32 = 125;

/// A count that has started or failed. A failed count stops no request, because the cap is soft
/// (docs/contracts/native.md#limits).
#[derive(Debug)]
pub(super) struct StartedCount {
    count: Result<PendingCount, StoreError>,
    /// Whether the request writes nothing, and so takes no places.
    dry_run: bool,
}

impl StartedCount {
    /// Returns whether a group with this cap has an allowance for the request: the first query has not
    /// counted all, and counting costs more than an allowance.
    fn has_allowance(&self, cap: u32) -> bool {
        let is_partial = self.count.as_ref().is_ok_and(|begun| !begun.is_complete());
        is_partial && !self.dry_run && cap > MOST_UNCOUNTED
    }
}

/// The number of places that a group has left for pending invites. `None` if no limit is known, or the
/// places are taken already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(Option<u32>);

impl Room {
    /// The room of a group without a cap, or whose count failed.
    pub(super) const UNKNOWN: Self = Self(None);

    /// The room of a request whose places came from the group's allowance.
    const TAKEN: Self = Self(None);

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
    /// authority (ADR 0012). A dry run takes no places.
    pub(super) async fn begin_count(
        &self,
        group: &GroupId,
        dry_run: bool,
        now: Timestamp,
    ) -> StartedCount {
        let count = if *group == GroupId::application() {
            Ok(PendingCount::default())
        } else {
            self.store.begin_count(group, now).await
        };
        StartedCount { count, dry_run }
    }

    /// Returns the group's room for `wanted` more pending invites. It is exact if the group has not
    /// that much room by a plain count, else it may leave out places that nobody needs.
    ///
    /// Takes the places from the group's allowance if it has them. Otherwise counts, and writes an
    /// allowance with the places that the request leaves (ADR 0049).
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
        let has_allowance = wanted > 0 && started.has_allowance(cap);
        let asked = Allowance { places: wanted, cap };
        if has_allowance && self.takes_places(&group.id, asked, now).await {
            return Room::TAKEN;
        }
        let plain = match &started.count {
            Ok(begun) => known(self.store.count_pending(&group.id, begun, cap, now).await),
            Err(error) => known(Err(error)),
        };
        let Some(plain) = plain else { return Room::UNKNOWN };
        let count = if plain.saturating_add(wanted) > cap {
            known(self.count_blocking(group, cap, now).await)
        } else {
            Some(plain)
        };
        let Some(count) = count else { return Room::UNKNOWN };
        let taken = wanted.min(cap.saturating_sub(count));
        if has_allowance && taken > 0 {
            self.leave_allowance(&group.id, allowance(plain, taken, cap), now).await;
        }
        Room::of(count, cap)
    }

    /// Returns the group's room for one more pending invite, counted at once. The caller must have the
    /// right to invite.
    pub(super) async fn room_for_one(&self, group: &Group, now: Timestamp) -> Room {
        let started = self.begin_count(&group.id, false, now).await;
        self.room(group, &started, 1, now).await
    }

    /// Takes these places from the group's allowance. Returns `false` if it has not so many, or the
    /// write fails, and the group must be counted.
    async fn takes_places(&self, group: &GroupId, wanted: Allowance, now: Timestamp) -> bool {
        let taken = self.store.take_places(group, wanted, now).await;
        taken.unwrap_or_else(|error| {
            tracing::warn!(?error, "Could not take places from a group's allowance");
            false
        })
    }

    /// Writes the group's allowance. A failure stops nobody: the next request counts again.
    async fn leave_allowance(&self, group: &GroupId, allowance: Allowance, now: Timestamp) {
        if let Err(error) = self.store.put_allowance(group, allowance, now).await {
            tracing::warn!(?error, "Could not write a group's allowance");
        }
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

/// Returns the allowance that a request leaves which takes `taken` places in a group with `plain`
/// pending invites by a plain count.
///
/// An invite that takes no place now may take one later, for example after a change of the policy. So
/// where such invites made room, nothing is left.
fn allowance(plain: u32, taken: u32, cap: u32) -> Allowance {
    let free = cap.saturating_sub(plain).saturating_sub(taken);
    Allowance { places: free.min(cap.saturating_sub(MOST_UNCOUNTED)), cap }
}

/// Returns the count. `None` if it failed, which is logged.
fn known<E: std::fmt::Debug>(count: Result<u32, E>) -> Option<u32> {
    count
        .inspect_err(|error| tracing::warn!(?error, "Could not count a group's pending invites"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_and_the_pending_invites_are_never_more_than_the_cap() {
        let left = |plain, taken, cap| allowance(plain, taken, cap).places;
        assert_eq!(left(400, 1, 500), 99, "what the cap leaves");
        assert_eq!(left(25, 1, 500), 375, "but not what requests take that do not count");
        assert_eq!(left(499, 1, 500), 0);
        assert_eq!(left(500, 1, 500), 0, "a place that an invite leaves which nobody can accept");
        assert_eq!(left(100, 30, 130), 0);
        for (plain, taken) in (0..=500).step_by(25).flat_map(|at| [(at, 1), (at, 100)]) {
            let left = left(plain, taken, 500);
            assert!(left == 0 || plain + taken + left <= 500, "{plain} {taken}");
            assert!(left + MOST_UNCOUNTED <= 500, "{plain} {taken}");
        }
    }

    #[test]
    fn only_a_request_that_writes_in_a_group_that_is_not_counted_has_an_allowance() {
        let all = StartedCount { count: Ok(PendingCount::default()), dry_run: false };
        assert!(!all.has_allowance(500), "everything is counted");
        let failed = Err(StoreError::Unavailable("Lost".into()));
        assert!(!StartedCount { count: failed, dry_run: false }.has_allowance(500));
        let partial = |dry_run| StartedCount { count: Ok(PendingCount::partial()), dry_run };
        assert!(partial(false).has_allowance(126) && !partial(false).has_allowance(125));
        assert!(!partial(true).has_allowance(500), "a dry run takes nothing");
    }
}
