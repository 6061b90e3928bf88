//! What is due by the clock, read from the index `due`.

use super::access::text;
use super::keys::{DUE_SHARDS, Key};
use super::lists::PagePosition;
use super::readable::readable;
use super::{Store, StoreError, items, keys};
use crate::domain::clock::Timestamp;
use crate::domain::digest::Digest;
use crate::domain::invite::{Invite, Retained};
use crate::domain::member::Member;

/// The most records that are read together.
const PAGE: i32 = 100;

/// A part of the index, and the position from which to read it.
#[derive(Debug)]
pub struct DueShard {
    shard: u64,
    from: Option<PagePosition>,
}

impl DueShard {
    /// Returns every part of the index, from its beginning.
    pub fn all() -> Vec<Self> {
        (0..DUE_SHARDS).map(|shard| Self { shard, from: None }).collect()
    }
}

/// The records for which something is due. The index may lag, so for some of them nothing is.
#[derive(Debug, Default)]
pub struct Due {
    /// The invites, whose time has passed.
    pub invites: Vec<Invite>,
    /// The memberships, which have ended.
    pub members: Vec<Member>,
    /// The mails to inviters.
    pub digests: Vec<Digest>,
}

impl Due {
    /// Adds the other records.
    pub fn append(&mut self, mut other: Self) {
        self.invites.append(&mut other.invites);
        self.members.append(&mut other.members);
        self.digests.append(&mut other.digests);
    }

    /// Returns the number of records.
    pub fn count(&self) -> usize {
        self.invites.len() + self.members.len() + self.digests.len()
    }
}

impl Store {
    /// Returns the next records of the shard that are due at `now`, those that are due for the longest time first, and the
    /// rest of the shard. `None` if there is no more. The records are read consistently.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn due(
        &self,
        DueShard { shard, from }: DueShard,
        now: Timestamp,
    ) -> Result<(Due, Option<DueShard>), StoreError> {
        let (keys, next) = self.due_page(keys::due_partition(shard), from, now).await?;
        let found = self.get_many(keys).await?;
        let some = |prefix: &'static str| {
            let of_kind = found.iter().filter(move |(key, _)| key.sk.starts_with(prefix));
            of_kind.map(|(_, item)| item.clone())
        };
        let due = Due {
            invites: readable(some(keys::INVITES), items::to_invite),
            members: readable(some(keys::MEMBERS), items::to_member),
            digests: readable(some(keys::DIGESTS), items::to_digest),
        };
        Ok((due, next.map(|from| DueShard { shard, from: Some(from) })))
    }

    /// Returns the next invites of the shard that ended in this way at `until` or before and still
    /// have their personal data, and the position from which to read on. `None` if there are no more.
    /// The invites are read consistently.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn retained(
        &self,
        (shard, end): (u64, Retained),
        from: Option<PagePosition>,
        until: Timestamp,
    ) -> Result<(Vec<Invite>, Option<PagePosition>), StoreError> {
        let partition = keys::retained_partition(shard % DUE_SHARDS, end);
        let (keys, next) = self.due_page(partition, from, until).await?;
        let found = self.get_many(keys).await?;
        Ok((readable(found.into_values(), items::to_invite), next))
    }

    /// Returns the keys of the next records of a partition that are due at `now`, and the position
    /// from which to read on.
    async fn due_page(
        &self,
        partition: String,
        from: Option<PagePosition>,
        now: Timestamp,
    ) -> Result<(Vec<Key>, Option<PagePosition>), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression("due_pk = :pk AND due_sk <= :until")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":until", text(keys::due_until(now)))
            .limit(PAGE)
            .set_exclusive_start_key(from.map(PagePosition::into_item));
        let page = query.send().await?;
        let keys = page.items.iter().flatten().filter_map(Key::of).collect();
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((keys, next.map(PagePosition::of)))
    }
}
