//! Helpers that every access shares: reads by key, and conversion of items and attributes.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;

use super::keys::Key;
use super::retry::{ATTEMPTS, back_off};
use super::{Store, StoreError};
use crate::domain::role::Roles;

/// An item in the SDK's form.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The most batches that are read at the same time.
const AT_ONCE: usize = 8;

/// The most keys that one batch can read.
pub(super) const MAX_KEYS: usize = 100;

impl Key {
    pub(super) fn into_item(self) -> Item {
        HashMap::from([
            ("pk".into(), AttributeValue::S(self.pk)),
            ("sk".into(), AttributeValue::S(self.sk)),
        ])
    }

    pub(super) fn of(item: &Item) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }
}

/// Deserializes an item into `T`. The error names its type as `what`.
///
/// # Errors
/// `Corrupt`.
pub(super) fn read<T: DeserializeOwned>(item: Item, what: &'static str) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::corrupt(what, error))
}

/// Serializes `T` into an item.
///
/// # Errors
/// `Corrupt`.
pub(super) fn write<T: serde::Serialize>(
    value: &T,
    what: &'static str,
) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|error| StoreError::corrupt(what, error))
}

/// Serializes roles as invites and members store them.
///
/// # Errors
/// `Corrupt`.
pub(super) fn roles(roles: &Roles) -> Result<AttributeValue, StoreError> {
    value(roles, "roles")
}

/// Serializes a value into an attribute. The error names its type as `what`.
///
/// # Errors
/// `Corrupt`.
pub(super) fn value<T: serde::Serialize>(
    value: &T,
    what: &'static str,
) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| StoreError::corrupt(what, error))
}

/// Returns an update expression that sets these fields to their values in `whole`, and removes
/// those that `whole` lacks. Adds the names and values that the expression uses to `names` and
/// `values`.
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

/// Returns a number attribute.
pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Returns a string attribute.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

impl Store {
    /// Returns the item under the key, read consistently.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.into_item()));
        Ok(request.consistent_read(true).send().await?.item)
    }

    /// Returns the items under the keys, read consistently in batches of 100. Absent items are left
    /// out.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn get_all(&self, keys: Vec<Key>) -> Result<HashMap<Key, Item>, StoreError> {
        let different: HashSet<Key> = keys.into_iter().collect();
        let different: Vec<Key> = different.into_iter().collect();
        let batches: Vec<Vec<Key>> = different.chunks(MAX_KEYS).map(<[Key]>::to_vec).collect();
        stream::iter(batches.into_iter().map(|batch| self.get_many(batch)))
            .buffer_unordered(AT_ONCE)
            .try_fold(HashMap::new(), |mut all, some| async move {
                all.extend(some);
                Ok(all)
            })
            .await
    }

    /// Returns the items under the keys (at most 100 distinct ones), read consistently. Absent
    /// items are left out.
    ///
    /// Duplicate keys are read once, because DynamoDB refuses a batch that names a key twice.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
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
}
