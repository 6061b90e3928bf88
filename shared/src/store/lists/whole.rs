//! Lists of invites without pages.

use std::cmp::Reverse;
use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};

use super::ranges::{InviteList, Range};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::list::{Order, WholeList};
use crate::store::keys::Key;
use crate::store::readable::readable;
use crate::store::{Store, StoreError, items, keys};

/// The most ranges that are read at the same time.
pub(super) const AT_ONCE: usize = 16;
/// The most entries that one query of keys returns.
const ENTRIES_OF_A_QUERY: usize = 1_000;
/// The most entries that are read before the caller's right to see them is known. This takes about 3
/// read units for invites below 1 KB, and 30 for the largest.
const FEW: usize = 25;

impl Store {
    /// Returns the list's invites, at most `limit`: the pending ones first, each part newest first.
    ///
    /// All ranges are read at the same time. An invite that changes its state meanwhile may be read
    /// twice, and is then listed once, or may be missing (ADR 0034).
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn all_invites(
        &self,
        list: &InviteList,
        limit: usize,
        now: Timestamp,
    ) -> Result<WholeList<Invite>, StoreError> {
        let (pending, others) = (list.pending_ranges(), list.other_ranges());
        let parts = pending.len();
        let ranges = pending.into_iter().chain(others);
        let reads = ranges.map(|range| self.whole_range(list, range, limit, now));
        let mut reads: Vec<Vec<Invite>> =
            stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let others = reads.split_off(parts);
        Ok(WholeList::up_to(limit, pending_first(reads.concat(), others.concat())))
    }

    /// Returns the invites of a group's list, newest first on each shelf. `None` if there are more
    /// than a few.
    ///
    /// The one query is small enough to be made for any caller, beside the check of the caller's right.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn few_invites(
        &self,
        list: &InviteList,
        now: Timestamp,
    ) -> Result<Option<Vec<Invite>>, StoreError> {
        let Some(range) = list.only_range() else { return Ok(None) };
        let (entries, next) = self.entries(list, &range, Order::Desc, FEW, None).await?;
        if next.is_some() {
            return Ok(None);
        }
        let mut found = readable(self.whole(list, entries).await?, items::to_invite);
        found.retain(|invite| list.selects(invite, now));
        Ok(Some(found))
    }

    /// Returns the invites of the range that the list selects, one more than `limit` at most.
    async fn whole_range(
        &self,
        list: &InviteList,
        range: Range,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Invite>, StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        while found.len() <= limit {
            let wanted = limit + 1 - found.len();
            let (entries, next) = self.entries(list, &range, Order::Desc, wanted, from).await?;
            let invites = readable(self.whole(list, entries).await?, items::to_invite);
            found.extend(invites.into_iter().filter(|invite| list.selects(invite, now)));
            from = next;
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Returns the group of the invite with this id in the list's partitions, in any state. Reads no
    /// invite: the keys in the index tell it. The index may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn group_in_list(
        &self,
        list: &InviteList,
        id: InviteId,
    ) -> Result<Option<GroupId>, StoreError> {
        let ranges = list.everything().into_iter();
        let reads = ranges.map(|range| self.group_in_range(list, range, id));
        let found: Vec<Option<GroupId>> =
            stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().next())
    }

    async fn group_in_range(
        &self,
        list: &InviteList,
        range: Range,
        id: InviteId,
    ) -> Result<Option<GroupId>, StoreError> {
        let mut from = None;
        loop {
            let (entries, next) =
                self.entries(list, &range, Order::Desc, ENTRIES_OF_A_QUERY, from).await?;
            let found = entries.iter().filter_map(Key::of).find_map(|key| keys::group_of(&key, id));
            from = next;
            if found.is_some() || from.is_none() {
                return Ok(found);
            }
        }
    }
}

/// Returns each of the invites once: the pending ones first, each part newest first.
pub(super) fn pending_first(pending: Vec<Invite>, others: Vec<Invite>) -> Vec<Invite> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    for mut part in [pending, others] {
        part.retain(|invite| seen.insert((invite.group.clone(), invite.id)));
        part.sort_by_key(|invite| Reverse((invite.created_at, invite.id)));
        all.extend(part);
    }
    all
}
