//! The entries of an index in a range, and the invites' items behind them.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures::{StreamExt, TryStreamExt, stream};

use super::ranges::{InviteList, Range};
use crate::domain::list::Order;
use crate::store::access::{Item, text};
use crate::store::keys::{Key, ListPlace};
use crate::store::{Store, StoreError};

/// The most items in one batch of reads (DynamoDB's limit).
const BATCH: usize = 100;
/// The most batches that are read at the same time.
const AT_ONCE: usize = 8;

/// Some entries of a range, and the key after which the next ones begin, unless these are the last.
pub(super) type Entries = (Vec<Item>, Option<Item>);

impl Store {
    /// Returns at most `limit` entries of a range, which follow the key `from`.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn entries(
        &self,
        list: &InviteList,
        range: &Range,
        order: Order,
        limit: usize,
        from: Option<Item>,
    ) -> Result<Entries, StoreError> {
        let query = self.query_range(list, range, order).set_exclusive_start_key(from);
        let page = query.limit(i32::try_from(limit).unwrap_or(i32::MAX)).send().await?;
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page.items.unwrap_or_default(), next))
    }

    /// Returns the invites' items of these entries, in their order. Where the entries are keys, the
    /// items are read consistently. An invite that is gone, or that was made anew and so has a newer
    /// entry, is left out; a list that is past that entry shows it when it is read again.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn whole(
        &self,
        list: &InviteList,
        entries: Vec<Item>,
    ) -> Result<Vec<Item>, StoreError> {
        if list.index.is_whole {
            return Ok(entries);
        }
        let batches = entries.chunks(BATCH).map(|batch| self.whole_batch(list, batch));
        let read: Vec<Vec<Item>> =
            stream::iter(batches.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
        Ok(read.into_iter().flatten().collect())
    }

    async fn whole_batch(
        &self,
        list: &InviteList,
        batch: &[Item],
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = self.get_many(batch.iter().filter_map(Key::of).collect()).await?;
        let item = |entry| {
            let item = items.remove(&Key::of(entry)?)?;
            is_of_entry(list, entry, &item).then_some(item)
        };
        Ok(batch.iter().filter_map(item).collect())
    }

    fn query_range(&self, list: &InviteList, range: &Range, order: Order) -> QueryFluentBuilder {
        let Range { partition, low, high, .. } = range;
        self.client
            .query()
            .table_name(&self.table)
            .index_name(list.index.name)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high")
            .expression_attribute_names("#pk", list.index.partition)
            .expression_attribute_names("#sk", list.index.sort)
            .expression_attribute_values(":pk", text(partition.clone()))
            .expression_attribute_values(":low", text(low.clone()))
            .expression_attribute_values(":high", text(high.clone()))
            .scan_index_forward(order == Order::Asc)
    }
}

/// Returns whether the item, read after the entry of the index, is still the invite of this entry.
/// Its state may have changed.
fn is_of_entry(list: &InviteList, entry: &Item, item: &Item) -> bool {
    let partition = list.index.partition;
    let places = (place(list, entry).ok(), place(list, item).ok());
    entry.get(partition) == item.get(partition) && places.0 == places.1
}

/// Returns the place of an item in the list.
///
/// # Errors
/// `Corrupt` if the item lacks its key in the index.
pub(super) fn place(list: &InviteList, item: &Item) -> Result<ListPlace, StoreError> {
    list.index
        .sort_of(item)
        .and_then(ListPlace::of_sort_key)
        .ok_or_else(|| StoreError::corrupt("invite", "no index key"))
}
