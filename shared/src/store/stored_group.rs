//! What the table holds under a group's key.

use crate::domain::group::{Group, Tombstone};
use crate::domain::ids::UserId;

/// A group's item.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredGroup {
    /// The group exists.
    Active(Box<Group>),
    /// The group was deleted, and this is its tombstone.
    Deleted {
        /// The user who deleted it.
        by: Option<UserId>,
        /// What is left of the group.
        tombstone: Tombstone,
    },
}
