//! Pages of invites, read from an index.

use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::page::ListError;
use super::ranges::{IndexKey, InviteList, Range};
use crate::domain::clock::Timestamp;
use crate::domain::invite::Invite;
use crate::domain::list::{Order, Page};
use crate::store::access::{Item, text};
use crate::store::{Store, StoreError, cursor, items};

/// The most key ranges that are read concurrently.
const CONCURRENT_READS: usize = 8;

/// The position where a page of invites ended: the range, the last item, and the time that the
/// ranges depend on.
#[derive(Serialize, Deserialize)]
struct Position {
    range: usize,
    now: i64,
    after: Option<IndexKey>,
}

impl Store {
    /// Returns a page of at most `limit` invites.
    ///
    /// The ranges of all pages depend on the time of the first page, so an invite that expires
    /// between two pages is not listed twice.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn list_invites(
        &self,
        list: &InviteList,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Page<Invite>, ListError> {
        let first = Position { range: 0, now: now.seconds(), after: None };
        let mut position = cursor
            .map_or(Ok(first), |cursor| cursor::open(&self.cursor_keys, &list.name(), cursor))?;
        let ranges = list.ranges(Timestamp::from_seconds(position.now));
        // One invite more than `limit` shows whether there is a next page, so no page is empty.
        let mut found: Vec<(usize, IndexKey, Invite)> = Vec::new();
        // The first range is read alone, because it often fills the page. The others are read
        // concurrently.
        let mut width = 1;
        while position.range < ranges.len() && found.len() <= limit {
            let mut after = position.after.take();
            let reads = ranges.iter().skip(position.range).take(width);
            let reads = reads
                .map(|range| self.range_page(list, range, after.take(), limit + 1 - found.len()));
            for (page, after) in try_join_all(reads.collect::<Vec<_>>()).await? {
                for (key, invite) in page {
                    found.push((position.range, key, invite));
                }
                if after.is_some() || found.len() > limit {
                    position.after = after;
                    break;
                }
                position.range += 1;
            }
            width = CONCURRENT_READS;
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let end = found.last().filter(|_| more).map(|(range, key, _)| Position {
            range: *range,
            now: position.now,
            after: Some(key.clone()),
        });
        let next_cursor =
            end.map(|end| cursor::seal(&self.cursor_keys, &list.name(), &end)).transpose()?;
        let data = found.into_iter().map(|(_, _, invite)| invite).collect();
        Ok(Page { data, next_cursor })
    }

    /// Returns at most `limit` invites of the range, each with its index key, and the key where the
    /// read ended.
    async fn range_page(
        &self,
        list: &InviteList,
        range: &Range,
        after: Option<IndexKey>,
        limit: usize,
    ) -> Result<(Vec<(IndexKey, Invite)>, Option<IndexKey>), StoreError> {
        let partition = list.partitions.get(range.partition).cloned().unwrap_or_default();
        let start = after.map(|[pk, sk, sort]| {
            let index_key = [
                (list.partition_key.to_owned(), text(partition.clone())),
                (list.sort_key.to_owned(), text(sort)),
            ];
            Item::from_iter(
                [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]
                    .into_iter()
                    .chain(index_key),
            )
        });
        let query = self.client.query().table_name(&self.table).index_name(list.index);
        let query = query.key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high");
        let query = query
            .expression_attribute_names("#pk", list.partition_key)
            .expression_attribute_names("#sk", list.sort_key);
        let query = query
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":low", text(range.low.clone()));
        let query = query
            .expression_attribute_values(":high", text(range.high.clone()))
            .set_exclusive_start_key(start);
        let query = query
            .scan_index_forward(list.order == Order::Asc)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = query.send().await?;
        let after = page.last_evaluated_key.as_ref().and_then(|key| list.key(key));
        let found = page.items.unwrap_or_default().into_iter().map(|item| {
            let key =
                list.key(&item).ok_or_else(|| StoreError::corrupt("invite", "no index key"))?;
            Ok((key, items::to_invite(item)?))
        });
        Ok((found.collect::<Result<_, StoreError>>()?, after))
    }
}
