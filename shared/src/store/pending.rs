//! Counts of a group's pending invites, read from the index (ADR 0012).

use aws_sdk_dynamodb::types::Select;

use super::access::{Item, text};
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;

/// The most invites that are counted before the caller's right to invite is known. This takes about
/// 3 read units for invites below 1 KB, and 30 for the largest.
const FIRST_PAGE: u32 = 25;

/// A count that may be incomplete.
#[derive(Clone, Debug, Default)]
pub struct PendingCount {
    found: u32,
    /// The key after which to continue. `None` if the count is complete.
    after: Option<Item>,
}

impl Store {
    /// Counts the first of the group's pending invites that have not expired. The count is small
    /// enough to be made for any caller.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn begin_count(
        &self,
        group: &GroupId,
        now: Timestamp,
    ) -> Result<PendingCount, StoreError> {
        self.count_page(group, PendingCount::default(), FIRST_PAGE, now).await
    }

    /// Continues the count of `begun` up to `cap`, and returns how many pending invites the group
    /// has. The index may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
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
            count = self.count_page(group, count, left, now).await?;
        }
        Ok(count.found)
    }

    async fn count_page(
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
