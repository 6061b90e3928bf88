//! The stored form of each type, and its conversion to and from the domain.

mod group;
mod invite;
mod member;
mod user;

pub(super) use group::{GroupState, from_group, to_group};
pub(crate) use invite::invite_subject;
pub(super) use invite::{delivery_attribute, from_invite, to_invite};
pub(super) use member::{from_member, to_member};
pub(super) use user::{PointerItem, from_user, to_user};

use super::StoreError;
use super::access::Item;
use crate::domain::text::Metadata;

/// Converts metadata into JSON text. `None` if it is empty.
///
/// # Errors
/// `Corrupt`.
pub(super) fn from_metadata(metadata: &Metadata) -> Result<Option<String>, StoreError> {
    if *metadata == Metadata::default() {
        return Ok(None);
    }
    serde_json::to_string(metadata)
        .map(Some)
        .map_err(|error| StoreError::corrupt("metadata", error))
}

fn to_metadata(stored: Option<String>) -> Result<Metadata, StoreError> {
    let Some(json) = stored else { return Ok(Metadata::default()) };
    serde_json::from_str(&json).map_err(|error| StoreError::corrupt("metadata", error))
}

/// Removes null attributes. An index key must be absent rather than null, and an absent attribute
/// costs nothing.
fn without_nulls(mut item: Item) -> Result<Item, StoreError> {
    item.retain(|_, value| !value.is_null());
    Ok(item)
}
