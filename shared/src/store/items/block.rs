//! The stored form of a block.

use serde::{Deserialize, Serialize};

use crate::domain::block::{Block, Blocked};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

#[derive(Serialize, Deserialize)]
struct BlockItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    of: Blocked,
    created_at: Timestamp,
}

/// Converts a person's block into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_block(user: &UserId, block: &Block) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::block(user, &block.of);
    let item = BlockItem {
        pk,
        sk,
        kind: "block".into(),
        of: block.of.clone(),
        created_at: block.created_at,
    };
    access::write(&item, "block")
}

/// Converts an item into a block.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_block(item: Item) -> Result<Block, StoreError> {
    let BlockItem { of, created_at, .. } = access::read(item, "block")?;
    Ok(Block { of, created_at })
}
