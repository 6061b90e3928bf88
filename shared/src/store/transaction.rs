//! Transactions: writes of several items, all or none.
//!
//! Each write carries a tag that says what it is for. A refused transaction returns the tags of the
//! failed writes instead of their positions.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::types::builders::{
    ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder,
};

use super::retry::{ATTEMPTS, back_off};
use super::writes::incomplete;
use super::{Store, StoreError};

/// A write or check of one item that can become part of a transaction.
pub(super) trait Write {
    /// Converts the write into a part of a transaction.
    fn into_part(self) -> Result<TransactWriteItem, BuildError>;
}

impl Write for PutBuilder {
    fn into_part(self) -> Result<TransactWriteItem, BuildError> {
        Ok(TransactWriteItem::builder().put(self.build()?).build())
    }
}

impl Write for UpdateBuilder {
    fn into_part(self) -> Result<TransactWriteItem, BuildError> {
        Ok(TransactWriteItem::builder().update(self.build()?).build())
    }
}

impl Write for DeleteBuilder {
    fn into_part(self) -> Result<TransactWriteItem, BuildError> {
        Ok(TransactWriteItem::builder().delete(self.build()?).build())
    }
}

impl Write for ConditionCheckBuilder {
    fn into_part(self) -> Result<TransactWriteItem, BuildError> {
        Ok(TransactWriteItem::builder().condition_check(self.build()?).build())
    }
}

/// Tagged writes that are made together or not at all.
pub(super) struct Transaction<'a, T> {
    store: &'a Store,
    tags: Vec<T>,
    writes: Vec<TransactWriteItem>,
}

/// The tags of the writes whose conditions failed, in the order in which the writes were added.
/// There is at least one tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused<T>(Vec<T>);

impl<T: Copy + PartialEq> Refused<T> {
    /// Returns whether a write with this tag failed its condition.
    pub(super) fn has(&self, tag: T) -> bool {
        self.0.contains(&tag)
    }
}

impl<T: Copy + PartialEq> Transaction<'_, T> {
    /// Adds a write, tagged with its purpose.
    ///
    /// # Errors
    /// `Refused` if the write is incomplete.
    pub(super) fn add(&mut self, tag: T, write: impl Write) -> Result<(), StoreError> {
        self.writes.push(write.into_part().map_err(incomplete)?);
        self.tags.push(tag);
        Ok(())
    }

    /// Adds a check, if there is one, tagged with its purpose.
    ///
    /// # Errors
    /// `Refused` if the check is incomplete.
    pub(super) fn add_check(
        &mut self,
        tag: T,
        check: Option<ConditionCheckBuilder>,
    ) -> Result<(), StoreError> {
        check.map_or(Ok(()), |check| self.add(tag, check))
    }

    /// Makes all writes or none. Retries conflicts with other transactions, with jitter.
    ///
    /// All attempts have one `ClientRequestToken`. So an attempt whose answer was lost is known to
    /// DynamoDB as done when the next one comes, and not refused as if another had made its writes.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn commit(self) -> Result<Result<(), Refused<T>>, StoreError> {
        let Self { store, tags, writes } = self;
        let token = uuid::Uuid::new_v4().to_string();
        for attempt in 0..ATTEMPTS {
            back_off(attempt).await;
            let request = store.client.transact_write_items().client_request_token(&token);
            let error = match request.set_transact_items(Some(writes.clone())).send().await {
                Ok(_) => return Ok(Ok(())),
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(error.into());
            };
            let reasons = cancelled.cancellation_reasons();
            let codes = reasons.iter().map(|reason| reason.code().unwrap_or("None"));
            if let Some(refused) = refused(&tags, codes)? {
                return Ok(Err(refused));
            }
        }
        Err(StoreError::Unavailable("TransactionConflict".into()))
    }
}

/// Returns the tags of the failed conditions. `None` if there were only conflicts, which a retry
/// may resolve.
///
/// # Errors
/// `Refused` for a code that means that the request itself is wrong.
fn refused<'a, T: Copy>(
    tags: &[T],
    codes: impl Iterator<Item = &'a str> + Clone,
) -> Result<Option<Refused<T>>, StoreError> {
    const CONFLICTS: [&str; 4] =
        ["None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    let failed = tags.iter().zip(codes.clone()).filter(|(_, code)| *code == CONDITION);
    let failed: Vec<T> = failed.map(|(tag, _)| *tag).collect();
    // A failed condition takes precedence over conflicts, because a retry would not change it.
    if !failed.is_empty() {
        return Ok(Some(Refused(failed)));
    }
    match codes.clone().find(|code| !CONFLICTS.contains(code)) {
        Some(other) => Err(StoreError::Refused(other.to_owned())),
        None => Ok(None),
    }
}

/// DynamoDB's code for a write whose condition failed.
const CONDITION: &str = "ConditionalCheckFailed";

impl Store {
    /// Starts an empty transaction.
    pub(super) fn transaction<T>(&self) -> Transaction<'_, T> {
        Transaction { store: self, tags: Vec::new(), writes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Part {
        Member,
        Owners,
        Invite,
    }

    const TAGS: [Part; 4] = [Part::Member, Part::Owners, Part::Invite, Part::Invite];

    fn answer(codes: [&str; 4]) -> Result<Option<Refused<Part>>, StoreError> {
        refused(&TAGS, codes.into_iter())
    }

    #[test]
    fn a_failed_condition_is_reported_by_its_tag() {
        let refused = answer(["None", CONDITION, "None", "None"]).unwrap().unwrap();
        assert_eq!(refused, Refused(vec![Part::Owners]));
        assert!(refused.has(Part::Owners) && !refused.has(Part::Member));
    }

    #[test]
    fn several_writes_may_share_a_tag() {
        let refused = answer(["None", "None", CONDITION, CONDITION]).unwrap().unwrap();
        assert_eq!(refused, Refused(vec![Part::Invite, Part::Invite]));
        let refused = answer([CONDITION, "None", "None", CONDITION]).unwrap().unwrap();
        assert_eq!(refused, Refused(vec![Part::Member, Part::Invite]));
    }

    #[test]
    fn a_failed_condition_takes_precedence_over_conflicts() {
        let refused = answer(["TransactionConflict", CONDITION, "None", "None"]).unwrap();
        assert_eq!(refused, Some(Refused(vec![Part::Owners])));
    }

    #[test]
    fn a_conflict_is_retried_and_another_code_is_an_error() {
        assert_eq!(answer(["None", "TransactionConflict", "None", "None"]).unwrap(), None);
        assert!(answer(["None", "ValidationError", "None", "None"]).is_err());
    }
}
