//! The stored form of each type, and its conversion to and from the domain.

mod block;
mod change;
mod digest;
mod event;
mod group;
mod invite;
mod member;
mod opening;
mod suppression;
mod user;

pub(super) use block::{from_block, to_block};
pub(crate) use change::change_record;
pub(crate) use digest::digest_id;
pub(super) use digest::{digest_due, from_digest, to_digest};
pub(super) use event::{from_event, from_event_with_act, to_event};
pub(super) use group::{from_group, to_stored_group};
pub(crate) use invite::invite_subject;
pub(super) use invite::{delivery_attribute, due_keys, from_invite, to_invite};
pub(super) use member::{from_member, to_member};
pub(super) use opening::from_opening;
pub(super) use suppression::{from_suppression, to_suppression};
pub(super) use user::{PointerItem, from_user, to_user};

use serde::{Deserialize, Deserializer};

use super::StoreError;
use super::access::Item;
use crate::domain::Invalid;
use crate::domain::ids::UserId;
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

/// Deserializes the id of a user, who may be pending. Requests never name pending users.
fn stored_user<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserId, D::Error> {
    UserId::parse_stored(&String::deserialize(deserializer)?).map_err(Invalid::into_serde)
}

/// Deserializes the id of a user, who may be pending, or `None`.
fn stored_user_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<UserId>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| UserId::parse_stored(&text)).transpose().map_err(Invalid::into_serde)
}

/// Removes null attributes. An index key must be absent rather than null, and an absent attribute
/// costs nothing.
fn without_nulls(mut item: Item) -> Result<Item, StoreError> {
    item.retain(|_, value| !value.is_null());
    Ok(item)
}
