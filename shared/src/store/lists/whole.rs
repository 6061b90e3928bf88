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
const AT_ONCE: usize = 8;
/// The most entries that one query of keys returns.
const ENTRIES_OF_A_QUERY: usize = 1_000;

impl Store {
    /// Returns the list's invites, at most `limit`: the pending ones first, each part newest first.
    ///
    /// The pending ones are read first. An invite that ends meanwhile is then read twice rather than
    /// not at all, and listed once, perhaps still among the pending ones.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn all_invites(
        &self,
        list: &InviteList,
        limit: usize,
        now: Timestamp,
    ) -> Result<WholeList<Invite>, StoreError> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for ranges in [list.pending_ranges(), list.other_ranges()] {
            if found.len() > limit {
                break;
            }
            let reads = ranges.into_iter().map(|range| self.whole_range(list, range, limit, now));
            let reads: Vec<Vec<Invite>> =
                stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
            let mut part: Vec<Invite> = reads.into_iter().flatten().collect();
            part.retain(|invite| seen.insert((invite.group.clone(), invite.id)));
            part.sort_by_key(|invite| Reverse((invite.created_at, invite.id)));
            found.extend(part);
        }
        Ok(WholeList::up_to(limit, found))
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

    /// Returns the group of the list's invite with this id, in any state. Reads no invite: the keys
    /// in the index tell it. The index may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn group_in_list(
        &self,
        list: &InviteList,
        id: InviteId,
    ) -> Result<Option<GroupId>, StoreError> {
        let ranges = list.pending_ranges().into_iter().chain(list.other_ranges());
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
