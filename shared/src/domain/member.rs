//! Memberships: a user's record in a group.

use super::clock::Timestamp;
use super::ids::{GroupId, InviteId, UserId};
use super::privilege::Privileges;
use super::role::Roles;

/// A user's membership in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The group.
    pub group: GroupId,
    /// The user.
    pub user: UserId,
    /// The member's roles.
    pub roles: Roles,
    /// The member's privileges beyond those of the roles.
    pub privileges: Privileges,
    /// The name to show.
    pub name: Option<String>,
    /// When the member joined.
    pub joined_at: Timestamp,
    /// The invite that the member accepted. `None` if the member joined without one.
    pub invite: Option<InviteId>,
    /// The invitee keys of everything that the member proved when joining. Removing the member also
    /// revokes the pending invites to these keys.
    pub came_as: Vec<String>,
}
