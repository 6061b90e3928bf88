//! The stored form of the first opening of an invite's page.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::counters::{Generation, Version};
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::opening::Opening;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

#[derive(Serialize, Deserialize)]
pub(super) struct OpeningItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    group: GroupId,
    invite: u64,
    generation: Generation,
    version: Version,
    at: Timestamp,
}

/// Converts an opening into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_opening(opening: &Opening) -> Result<Item, StoreError> {
    let Opening { group, invite, generation, version, at } = opening.clone();
    let Key { pk, sk } = keys::opening(&group, invite, generation);
    let kind = "opening".into();
    let invite = invite.number();
    let item = OpeningItem { pk, sk, kind, group, invite, generation, version, at };
    access::write(&item, "opening")
}

/// Converts the stored form into an opening.
///
/// # Errors
/// `Corrupt`.
pub(super) fn opening(item: OpeningItem) -> Result<Opening, StoreError> {
    let OpeningItem { group, invite, generation, version, at, .. } = item;
    let invite = InviteId::from_number(invite);
    let invite = invite.map_err(|invalid| StoreError::corrupt("opening", invalid))?;
    Ok(Opening { group, invite, generation, version, at })
}
