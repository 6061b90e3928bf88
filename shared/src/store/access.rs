//! What every access shares: batches, transactions, and reading items.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem};
use serde::de::DeserializeOwned;

use super::error::without_values;
use super::keys::Key;
use super::{Store, StoreError};
use crate::domain::role::Roles;

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// How often a batch or a transaction that met a conflict is tried in all.
const ATTEMPTS: u32 = 4;

/// What became of a transaction.
pub(super) enum Transaction {
    /// Every write was made.
    Committed,
    /// None was made, because conditions failed: for each write, in order, whether its condition
    /// was one of them.
    Refused(Vec<bool>),
}

impl Key {
    pub(super) fn into_item(self) -> Item {
        HashMap::from([
            ("pk".into(), AttributeValue::S(self.pk)),
            ("sk".into(), AttributeValue::S(self.sk)),
        ])
    }

    fn of(item: &Item) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }
}

/// Reads an item into `T`; `what` names its type in the error.
pub(super) fn read<T: DeserializeOwned>(item: Item, what: &'static str) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Corrupt {
        item: what,
        problem: without_values(&error.to_string()),
    })
}

/// Writes `T` as an item.
pub(super) fn write<T: serde::Serialize>(
    value: &T,
    what: &'static str,
) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value)
        .map_err(|error| StoreError::Corrupt { item: what, problem: error.to_string() })
}

/// The roles as they are stored on an invite and on a member.
pub(super) fn roles(roles: &Roles) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(roles)
        .map_err(|error| StoreError::Corrupt { item: "roles", problem: error.to_string() })
}

/// The part of an update that writes these fields of an item, and takes away those that it has not;
/// their names and values are added to what its condition needs.
pub(super) fn write_fields(
    whole: &Item,
    fields: &[&str],
    names: &mut HashMap<String, String>,
    values: &mut Item,
) -> String {
    let (mut set, mut remove) = (Vec::new(), Vec::new());
    for field in fields {
        names.insert(format!("#{field}"), (*field).to_owned());
        match whole.get(*field) {
            Some(value) => {
                values.insert(format!(":{field}"), value.clone());
                set.push(format!("#{field} = :{field}"));
            }
            None => remove.push(format!("#{field}")),
        }
    }
    let remove =
        if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
    format!("SET {}{remove}", set.join(", "))
}

/// A number as an attribute.
pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text as an attribute.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

impl Store {
    /// The item under the key, as last written.
    pub(super) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.into_item()));
        Ok(request.consistent_read(true).send().await?.item)
    }

    /// Returns the items under the keys (at most 100 different ones), as last written. Absent items
    /// are left out.
    ///
    /// A key that is given twice is read once: DynamoDB refuses a batch that names a key twice.
    pub(super) async fn get_many(&self, keys: Vec<Key>) -> Result<HashMap<Key, Item>, StoreError> {
        let mut found = HashMap::new();
        let different: HashSet<Key> = keys.into_iter().collect();
        let mut pending: Vec<Item> = different.into_iter().map(Key::into_item).collect();
        for attempt in 0..ATTEMPTS {
            if pending.is_empty() {
                return Ok(found);
            }
            back_off(attempt).await;
            let wanted =
                KeysAndAttributes::builder().set_keys(Some(pending)).consistent_read(true).build();
            let wanted = wanted.map_err(|error| StoreError::Refused(error.to_string()))?;
            let answer =
                self.client.batch_get_item().request_items(&self.table, wanted).send().await?;
            let items = answer
                .responses
                .and_then(|mut tables| tables.remove(&self.table))
                .unwrap_or_default();
            found.extend(items.into_iter().filter_map(|item| Some((Key::of(&item)?, item))));
            pending = answer
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.table))
                .map(|rest| rest.keys)
                .unwrap_or_default();
        }
        if pending.is_empty() {
            Ok(found)
        } else {
            Err(StoreError::Unavailable("UnprocessedKeys".into()))
        }
    }

    /// Makes all writes or none. A conflict with another transaction is tried again, with jitter,
    /// before it is an error.
    ///
    /// The SDK sends one `ClientRequestToken` over all its own retries of an attempt, so an answer
    /// that got lost is not repeated work.
    pub(super) async fn transact(
        &self,
        writes: Vec<TransactWriteItem>,
    ) -> Result<Transaction, StoreError> {
        for attempt in 0..ATTEMPTS {
            back_off(attempt).await;
            let request =
                self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let error = match request.send().await {
                Ok(_) => return Ok(Transaction::Committed),
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(error.into());
            };
            let codes: Vec<&str> = cancelled
                .cancellation_reasons()
                .iter()
                .map(|reason| reason.code().unwrap_or("None"))
                .collect();
            // A failed condition decides, whatever else was in the way.
            if codes.contains(&"ConditionalCheckFailed") {
                return Ok(Transaction::Refused(
                    codes.iter().map(|code| *code == "ConditionalCheckFailed").collect(),
                ));
            }
            let passing =
                ["None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
            if let Some(other) = codes.iter().find(|code| !passing.contains(code)) {
                return Err(StoreError::Refused((*other).to_owned()));
            }
        }
        Err(StoreError::Unavailable("TransactionConflict".into()))
    }
}

/// Sends a write of one item, again where it met a transaction on the same item: the SDK does not
/// repeat those.
pub(super) async fn retrying_conflicts<T, E, F>(send: impl Fn() -> F) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    let mut attempt = 0;
    loop {
        back_off(attempt).await;
        attempt += 1;
        match send().await {
            Err(error)
                if attempt < ATTEMPTS && error.code() == Some("TransactionConflictException") => {}
            result => return result,
        }
    }
}

/// Sends a conditional write of one item; none where its condition did not hold.
pub(super) async fn conditional<T, E, F>(send: impl Fn() -> F) -> Result<Option<T>, StoreError>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>>,
{
    match retrying_conflicts(send).await {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Waits before every attempt but the first: 20 ms, 40 ms, 80 ms, each up to twice as long by
/// chance.
async fn back_off(attempt: u32) {
    if let Some(doublings) = attempt.checked_sub(1) {
        let base = 20_u64 << doublings;
        let jitter = u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * base / 255;
        tokio::time::sleep(Duration::from_millis(base + jitter)).await;
    }
}
