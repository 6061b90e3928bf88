//! Writes of several items, all or none. Each write carries a tag that says what it is for, so that
//! a refused transaction answers with meanings and never with positions.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder, UpdateBuilder};

use super::retry::{ATTEMPTS, back_off};
use super::writes::incomplete;
use super::{Store, StoreError};

/// A write of one item that is not complete until its condition is.
pub(super) trait Write {
    /// Returns the write as a part of a transaction.
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

/// Tagged writes that are made together or not at all.
pub(super) struct Transaction<'a, T> {
    store: &'a Store,
    tags: Vec<T>,
    writes: Vec<TransactWriteItem>,
}

/// Why nothing was written: the tags of the writes whose condition failed, in the order in which
/// the writes were added. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused<T>(Vec<T>);

impl<T: Copy + PartialEq> Refused<T> {
    /// Whether the condition of a write with this tag failed.
    pub(super) fn has(&self, tag: T) -> bool {
        self.0.contains(&tag)
    }

    /// Whether only conditions of writes with this tag failed.
    pub(super) fn only(&self, tag: T) -> bool {
        self.0.iter().all(|failed| *failed == tag)
    }

    /// Returns the tag of the first write whose condition failed.
    pub(super) fn first(&self) -> Option<T> {
        self.0.first().copied()
    }
}

impl<T: Copy + PartialEq> Transaction<'_, T> {
    /// Adds a write. `tag` says what it is for.
    pub(super) fn add(&mut self, tag: T, write: impl Write) -> Result<(), StoreError> {
        self.writes.push(write.into_part().map_err(incomplete)?);
        self.tags.push(tag);
        Ok(())
    }

    /// Makes all writes or none. A conflict with another transaction is tried again, with jitter,
    /// before it is an error.
    ///
    /// The SDK sends one `ClientRequestToken` with all its retries of an attempt, so an answer that
    /// got lost does not repeat the work.
    pub(super) async fn commit(self) -> Result<Result<(), Refused<T>>, StoreError> {
        let Self { store, tags, writes } = self;
        for attempt in 0..ATTEMPTS {
            back_off(attempt).await;
            let request = store.client.transact_write_items();
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

/// Returns the tags of the failed conditions. `None` where only conflicts were in the way, which
/// pass.
///
/// # Errors
/// `Refused` for a code that says that the request itself is wrong.
fn refused<'a, T: Copy>(
    tags: &[T],
    codes: impl Iterator<Item = &'a str> + Clone,
) -> Result<Option<Refused<T>>, StoreError> {
    const CONFLICTS: [&str; 4] =
        ["None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    let failed = tags.iter().zip(codes.clone()).filter(|(_, code)| *code == CONDITION);
    let failed: Vec<T> = failed.map(|(tag, _)| *tag).collect();
    // A failed condition decides, whatever else was in the way.
    if !failed.is_empty() {
        return Ok(Some(Refused(failed)));
    }
    match codes.clone().find(|code| !CONFLICTS.contains(code)) {
        Some(other) => Err(StoreError::Refused(other.to_owned())),
        None => Ok(None),
    }
}

/// DynamoDB's code for a write whose condition did not hold.
const CONDITION: &str = "ConditionalCheckFailed";

impl Store {
    /// Begins a transaction without writes.
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
    fn a_failed_condition_is_named_by_its_tag() {
        let refused = answer(["None", CONDITION, "None", "None"]).unwrap().unwrap();
        assert!(refused.only(Part::Owners) && refused.has(Part::Owners));
        assert!(!refused.has(Part::Member));
        assert_eq!(refused.first(), Some(Part::Owners));
    }

    #[test]
    fn several_writes_may_share_a_tag() {
        let refused = answer(["None", "None", CONDITION, CONDITION]).unwrap().unwrap();
        assert!(refused.only(Part::Invite));
        let refused = answer([CONDITION, "None", "None", CONDITION]).unwrap().unwrap();
        assert!(!refused.only(Part::Invite) && refused.has(Part::Invite));
        assert_eq!(refused.first(), Some(Part::Member));
    }

    #[test]
    fn a_failed_condition_decides_whatever_else_was_in_the_way() {
        let refused = answer(["TransactionConflict", CONDITION, "None", "None"]).unwrap();
        assert_eq!(refused, Some(Refused(vec![Part::Owners])));
    }

    #[test]
    fn a_conflict_passes_and_a_mistake_does_not() {
        assert_eq!(answer(["None", "TransactionConflict", "None", "None"]).unwrap(), None);
        assert!(answer(["None", "ValidationError", "None", "None"]).is_err());
    }
}
