//! Pages of a group's events, newest first.

use super::page::ListError;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventFilter};
use crate::domain::ids::GroupId;
use crate::domain::list::Page;
use crate::store::access::{Item, text};
use crate::store::keys::{self, Key};
use crate::store::readable::readable_one;
use crate::store::{Store, StoreError, cursor, items};

/// The most items that a page with a filter reads.
const MOST_READ: usize = 1_000;

impl Store {
    /// Returns a page of at most `limit` of the group's events that the filter selects, newest first.
    /// It may lag by moments.
    ///
    /// A page whose filter leaves out many events reads 1,000 of them, and may then be short and have
    /// a next page.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn list_events(
        &self,
        group: &GroupId,
        filter: &EventFilter,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Event>, ListError> {
        let list = format!("events {group} {filter:?}");
        let opened = cursor.map(|cursor| cursor::open(&self.token_keys, &list, cursor));
        let mut last: Option<String> = opened.transpose()?;
        let (mut found, mut read) = (Vec::<(String, Event)>::new(), 0);
        let is_over = loop {
            // One event more than `limit` shows whether there is a next page.
            let wanted = limit + 1 - found.len();
            let wanted = if filter.leaves_out() { MOST_READ - read } else { wanted };
            let from = keys::EVENTS.to_owned();
            let (page, more) = self.events_before(group, (from, last.as_deref()), wanted).await?;
            for item in page {
                read += 1;
                let Some(Key { sk, .. }) = Key::of(&item) else { continue };
                let event = readable_one(item, items::to_event);
                let event = event.filter(|event| filter.selects(event));
                found.extend(event.map(|event| (sk.clone(), event)));
                last = Some(sk);
                if found.len() > limit {
                    break;
                }
            }
            if found.len() > limit || !more || read >= MOST_READ {
                break !more;
            }
        };
        let end = if found.len() > limit {
            found.truncate(limit);
            found.last().map(|(sort, _)| sort.clone())
        } else {
            last.filter(|_| !is_over)
        };
        let seal = |end| cursor::seal(&self.token_keys, &list, &end);
        let next_cursor = end.map(seal).transpose()?;
        Ok(Page { data: found.into_iter().map(|(_, event)| event).collect(), next_cursor })
    }

    /// Returns the group's events since this instant, newest first, and whether these are all of them.
    /// Stops after about `most`. It may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn events_since(
        &self,
        group: &GroupId,
        since: Timestamp,
        most: usize,
    ) -> Result<(Vec<Event>, bool), StoreError> {
        let (mut found, mut last) = (Vec::new(), None::<String>);
        loop {
            let from = keys::events_since(since);
            let wanted = most.saturating_sub(found.len()).max(1);
            let (page, more) = self.events_before(group, (from, last.as_deref()), wanted).await?;
            last = page.last().and_then(Key::of).map(|key| key.sk);
            found.extend(page.into_iter().filter_map(|item| readable_one(item, items::to_event)));
            if !more || last.is_none() || found.len() >= most {
                return Ok((found, !more));
            }
        }
    }

    /// Returns at most `limit` of the events from one sort key to before another, newest first, and
    /// whether there may be more.
    async fn events_before(
        &self,
        group: &GroupId,
        (from, before): (String, Option<&str>),
        limit: usize,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        let pk = keys::group_partition(group);
        let start = before.map(|sk| Key { pk: pk.clone(), sk: sk.to_owned() }.into_item());
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(keys::AFTER_EVENTS))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = query.send().await?;
        let more = page.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok((page.items.unwrap_or_default(), more))
    }
}
