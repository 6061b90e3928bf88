//! How many live invites a group has, counted on the index.

use aws_sdk_dynamodb::types::Select;

use super::access::{Item, text};
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;

/// So many are counted before it is known whether the asker may invite: about three read units for
/// invites below 1 KB, thirty for the largest.
const FIRST_COUNTED: u32 = 25;

/// A count that may not be at its end.
#[derive(Clone, Debug, Default)]
pub struct PendingCount {
    found: u32,
    /// Where to count on; none where all are counted.
    after: Option<Item>,
}

impl Store {
    /// The beginning of the group's live invites, counted: few enough to be asked for whoever asks.
    pub async fn begin_count(
        &self,
        group: &GroupId,
        now: Timestamp,
    ) -> Result<PendingCount, StoreError> {
        self.count_on(group, PendingCount::default(), FIRST_COUNTED, now).await
    }

    /// How many live invites the group has, counted on from `begun` to `cap` at most, as far as the
    /// index knows: it may lag by moments.
    pub async fn count_pending(
        &self,
        group: &GroupId,
        begun: &PendingCount,
        cap: u32,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut count = begun.clone();
        while count.found < cap && count.after.is_some() {
            let left = cap - count.found;
            count = self.count_on(group, count, left, now).await?;
        }
        Ok(count.found)
    }

    async fn count_on(
        &self,
        group: &GroupId,
        count: PendingCount,
        limit: u32,
        now: Timestamp,
    ) -> Result<PendingCount, StoreError> {
        let (low, high) = keys::pending_range(now);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_group")
            .select(Select::Count);
        let query = query
            .key_condition_expression("by_group_pk = :pk AND by_group_sk BETWEEN :low AND :high");
        let query = query.expression_attribute_values(":pk", text(keys::group_partition(group)));
        let query = query
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high));
        let query = query
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(count.after);
        let page = query.send().await?;
        let found = count.found.saturating_add(u32::try_from(page.count).unwrap_or(0));
        Ok(PendingCount { found, after: page.last_evaluated_key.filter(|key| !key.is_empty()) })
    }
}
