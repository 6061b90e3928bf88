//! The stored form of a group.

use serde::{Deserialize, Serialize};

use super::{from_metadata, to_metadata, without_nulls};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::group::{Group, GroupType, Policy, Tombstone};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::text::{Description, Name};
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};
use crate::store::{StoreError, StoredGroup};

#[derive(Serialize, Deserialize)]
pub(super) struct GroupItem {
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
    /// `None` for groups that were last written by a release before the audit trail.
    changed_by: Option<Author>,
    version: Version,
    authority_changed_at: Option<Timestamp>,
    seats_taken: Option<u32>,
    /// The user who deleted the group. Only tombstones have it.
    deleted_by: Option<UserId>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum GroupState {
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
        changed_by: group.changed_by.clone(),
        version: group.version,
        authority_changed_at: group.authority_changed_at,
        seats_taken: group.seats_taken,
        deleted_by: None,
    };
    without_nulls(access::write(&item, "group")?)
}

/// Converts an item into a group or its tombstone.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_stored_group(item: Item) -> Result<StoredGroup, StoreError> {
    stored_group(access::read(item, "group")?)
}

/// Converts the stored form into a group or its tombstone.
///
/// # Errors
/// `Corrupt`.
pub(super) fn stored_group(item: GroupItem) -> Result<StoredGroup, StoreError> {
    if item.state == GroupState::Deleted {
        let (id, by, at) = (item.id, item.changed_by, item.updated_at);
        let tombstone = Tombstone { id, by, version: item.version, at };
        return Ok(StoredGroup::Deleted { by: item.deleted_by, tombstone });
    }
    Ok(StoredGroup::Active(Box::new(Group {
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
        changed_by: item.changed_by,
        version: item.version,
        authority_changed_at: item.authority_changed_at,
        seats_taken: item.seats_taken,
    })))
}
