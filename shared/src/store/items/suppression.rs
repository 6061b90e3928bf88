//! The stored form of a suppressed address.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Suppression, SuppressionReason};
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::Key;

#[derive(Serialize, Deserialize)]
struct SuppressionItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    reason: SuppressionReason,
    created_at: Timestamp,
}

/// Converts an entry of the suppression list into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_suppression(
    Key { pk, sk }: Key,
    Suppression { reason, created_at }: Suppression,
) -> Result<Item, StoreError> {
    let item = SuppressionItem { pk, sk, kind: "suppression".into(), reason, created_at };
    access::write(&item, "suppression")
}

/// Converts an item into an entry of the suppression list.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_suppression(item: Item) -> Result<Suppression, StoreError> {
    let SuppressionItem { reason, created_at, .. } = access::read(item, "suppression")?;
    Ok(Suppression { reason, created_at })
}
