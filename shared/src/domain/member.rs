//! Membership of a group.

use super::clock::Timestamp;
use super::ids::{GroupId, InviteId, UserId};
use super::privilege::Privileges;
use super::role::Roles;

/// Somebody's place in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The group.
    pub group: GroupId,
    /// The user.
    pub user: UserId,
    /// What the member may do.
    pub roles: Roles,
    /// What the member may do besides.
    pub privileges: Privileges,
    /// The name to show.
    pub name: Option<String>,
    /// When the member joined.
    pub joined_at: Timestamp,
    /// The invite that brought the member in; none for whoever made the group.
    pub invite: Option<InviteId>,
    /// The invitee keys of all that the member proved to be on joining: what was sent to any of
    /// them ends with the membership.
    pub came_as: Vec<String>,
}
