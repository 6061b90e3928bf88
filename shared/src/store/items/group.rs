//! The stored form of a group.

use serde::{Deserialize, Serialize};

use super::{from_metadata, to_metadata, without_nulls};
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, GroupType, Policy};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::text::{Description, Name};
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

#[derive(Serialize, Deserialize)]
struct GroupItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    id: GroupId,
    /// `deleted` on the tombstone of a deleted group, whose id is never used again (ADR 0008).
    state: GroupState,
    name: Name,
    description: Option<Description>,
    group_type: GroupType,
    owner: Option<UserId>,
    owner_count: u32,
    policy: Policy,
    metadata: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: Version,
    authority_changed_at: Option<Timestamp>,
    seats_taken: Option<u32>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(in crate::store) enum GroupState {
    Active,
    Deleted,
}

/// Converts a new group into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_group(group: &Group) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::group(&group.id);
    let item = GroupItem {
        pk,
        sk,
        kind: "group".into(),
        id: group.id.clone(),
        state: GroupState::Active,
        name: group.name.clone(),
        description: group.description.clone(),
        group_type: group.kind,
        owner: group.owner.clone(),
        owner_count: group.owner_count,
        policy: group.policy.clone(),
        metadata: from_metadata(&group.metadata)?,
        created_at: group.created_at,
        updated_at: group.updated_at,
        version: group.version,
        authority_changed_at: group.authority_changed_at,
        seats_taken: group.seats_taken,
    };
    without_nulls(access::write(&item, "group")?)
}

/// Converts an item into a group, and returns whether the group is active.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_group(item: Item) -> Result<(Group, GroupState), StoreError> {
    let item: GroupItem = access::read(item, "group")?;
    let group = Group {
        id: item.id,
        name: item.name,
        description: item.description,
        kind: item.group_type,
        owner: item.owner,
        owner_count: item.owner_count,
        policy: item.policy,
        metadata: to_metadata(item.metadata)?,
        created_at: item.created_at,
        updated_at: item.updated_at,
        version: item.version,
        authority_changed_at: item.authority_changed_at,
        seats_taken: item.seats_taken,
    };
    Ok((group, item.state))
}
