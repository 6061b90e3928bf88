//! The events of a group: its audit trail.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};

use super::retry::{ATTEMPTS, back_off};
use super::writes::incomplete;
use super::{Right, Store, StoreError, items};
use crate::domain::event::Event;
use crate::domain::opening::Opening;

/// The most items that one batch can write.
const MAX_PUTS: usize = 25;

impl Store {
    /// Records the event, if the actor still has this right. Returns whether it was written.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn record_event(&self, event: &Event, right: Right<'_>) -> Result<bool, StoreError> {
        let mut transaction = self.transaction();
        transaction.add((), self.put_event(event)?)?;
        transaction.add_check((), self.check(right)?)?;
        Ok(transaction.commit().await?.is_ok())
    }

    /// Writes the opening, if it is the first one of its generation. Returns whether it is.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn record_opening(&self, opening: &Opening) -> Result<bool, StoreError> {
        self.put_alone(self.put_if_absent(items::from_opening(opening)?)).await
    }

    /// Returns the put of an event that is part of the transaction of its act.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn put_event(&self, event: &Event) -> Result<PutBuilder, StoreError> {
        Ok(self.put_if_absent(items::from_event_with_act(event)?))
    }

    /// Writes these events. An event that is stored already is written again as it is.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`. Some events may be written then.
    pub async fn write_events(&self, events: &[Event]) -> Result<(), StoreError> {
        // A batch must not name an item twice.
        let by_id: BTreeMap<(&str, &str), &Event> =
            events.iter().map(|it| ((it.group.as_str(), it.id.as_str()), it)).collect();
        let mut puts = Vec::with_capacity(by_id.len());
        for event in by_id.into_values() {
            let put = PutRequest::builder().set_item(Some(items::from_event(event)?)).build();
            puts.push(WriteRequest::builder().put_request(put.map_err(incomplete)?).build());
        }
        for some in puts.chunks(MAX_PUTS) {
            self.write_batch(some.to_vec()).await?;
        }
        Ok(())
    }

    /// Writes one batch, and what DynamoDB leaves of it once more.
    async fn write_batch(&self, mut left: Vec<WriteRequest>) -> Result<(), StoreError> {
        for attempt in 0..ATTEMPTS {
            if left.is_empty() {
                return Ok(());
            }
            back_off(attempt).await;
            let request = self.client.batch_write_item().request_items(&self.table, left);
            let unprocessed = request.send().await?.unprocessed_items;
            left =
                unprocessed.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default();
        }
        if left.is_empty() {
            Ok(())
        } else {
            Err(StoreError::Unavailable("UnprocessedItems".into()))
        }
    }
}
