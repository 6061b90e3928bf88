//! The invites to a person, in two steps: first their keys, which name the groups, then the invites.
//! So the groups can be read beside the invites.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};

use super::ranges::{InviteList, Range};
use super::whole::{AT_ONCE, pending_first};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::list::{Order, WholeList};
use crate::store::access::Item;
use crate::store::readable::readable;
use crate::store::{Store, StoreError, items, keys};

/// The keys of the invites in one or more lists of invitees, as an index shows them.
#[derive(Clone, Debug, Default)]
pub struct InboxKeys {
    pending: Vec<Item>,
    others: Vec<Item>,
    /// Whether a list has more invites than were read.
    pub is_cut: bool,
}

impl InboxKeys {
    /// Adds the keys of another list.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.pending.extend(other.pending);
        self.others.extend(other.others);
        Self { is_cut: self.is_cut || other.is_cut, ..self }
    }

    /// Returns the groups that the invites lead into.
    pub fn groups(&self) -> BTreeSet<GroupId> {
        let partitions = self.pending.iter().chain(&self.others).filter_map(|item| item.get("pk"));
        let partitions = partitions.filter_map(|pk| pk.as_s().ok());
        partitions.filter_map(|pk| keys::group_of_partition(pk)).collect()
    }
}

impl Store {
    /// Returns the keys of the list's invites, at most `limit` of each range. It may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn inbox_keys(
        &self,
        list: &InviteList,
        limit: usize,
    ) -> Result<InboxKeys, StoreError> {
        let (pending, others) = (list.pending_ranges(), list.other_ranges());
        let parts = pending.len();
        let reads = pending.into_iter().chain(others);
        let reads = reads.map(|range| self.range_keys(list, range, limit));
        let mut reads: Vec<(Vec<Item>, bool)> =
            stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let is_cut = reads.iter().any(|(_, is_cut)| *is_cut);
        let others = reads.split_off(parts).into_iter().flat_map(|(found, _)| found).collect();
        let pending = reads.into_iter().flat_map(|(found, _)| found).collect();
        Ok(InboxKeys { pending, others, is_cut })
    }

    /// Returns the keys of at most `limit` invites of the range, and whether there are more.
    async fn range_keys(
        &self,
        list: &InviteList,
        range: Range,
        limit: usize,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        while found.len() <= limit {
            let wanted = limit + 1 - found.len();
            let (entries, next) = self.entries(list, &range, Order::Desc, wanted, from).await?;
            found.extend(entries);
            from = next;
            if from.is_none() {
                break;
            }
        }
        let is_cut = found.len() > limit;
        found.truncate(limit);
        Ok((found, is_cut))
    }

    /// Returns the invites of these keys that the list selects, at most `limit`: the pending ones
    /// first, each part newest first. They are read consistently.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn inbox(
        &self,
        list: &InviteList,
        keys: InboxKeys,
        limit: usize,
        now: Timestamp,
    ) -> Result<WholeList<Invite>, StoreError> {
        let InboxKeys { pending, others, is_cut: _ } = keys;
        let (pending, others) =
            futures::try_join!(self.whole(list, pending), self.whole(list, others))?;
        let selected = |items: Vec<Item>| -> Vec<Invite> {
            let invites = readable(items, items::to_invite).into_iter();
            invites.filter(|invite| list.selects(invite, now)).collect()
        };
        Ok(WholeList::up_to(limit, pending_first(selected(pending), selected(others))))
    }
}
