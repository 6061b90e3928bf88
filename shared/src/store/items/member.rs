//! The stored form of a member.

use serde::{Deserialize, Serialize};

use super::without_nulls;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::Version;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

#[derive(Serialize, Deserialize)]
pub(super) struct MemberItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    group: GroupId,
    user: UserId,
    roles: Roles,
    #[serde(default)]
    privileges: Privileges,
    name: Option<String>,
    joined_at: Timestamp,
    invite: Option<u64>,
    #[serde(default)]
    came_as: Vec<String>,
    expires_at: Option<Timestamp>,
    added_by: Option<Author>,
    /// `None` for the first. Its name differs from that of an invite's version, which the index
    /// `by_invitee` must not have (ADR 0045).
    #[serde(rename = "member_version", alias = "version")]
    version: Option<Version>,
    by_invitee_pk: String,
    by_invitee_sk: String,
    /// When the membership ends. The index `due` has only those that end.
    due_pk: Option<String>,
    due_sk: Option<String>,
}

/// Converts a member into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_member(member: &Member) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::member(&member.group, &member.user);
    let due = member.expires_at.map(|at| keys::membership_due(at, &member.group, &member.user));
    let (due_pk, due_sk) = due.unzip();
    let item = MemberItem {
        pk,
        sk,
        kind: "member".into(),
        group: member.group.clone(),
        user: member.user.clone(),
        roles: member.roles.clone(),
        privileges: member.privileges.clone(),
        name: member.name.clone(),
        joined_at: member.joined_at,
        invite: member.invite.map(InviteId::number),
        came_as: member.came_as.clone(),
        expires_at: member.expires_at,
        added_by: member.added_by.clone(),
        version: Some(member.version).filter(|version| *version != Version::FIRST),
        by_invitee_pk: keys::memberships_partition(&member.user),
        by_invitee_sk: keys::membership_sort(&member.group),
        due_pk,
        due_sk,
    };
    without_nulls(access::write(&item, "member")?)
}

/// Converts an item into a member.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_member(item: Item) -> Result<Member, StoreError> {
    member(access::read(item, "member")?)
}

/// Converts the stored form into a member.
///
/// # Errors
/// `Corrupt`.
pub(super) fn member(item: MemberItem) -> Result<Member, StoreError> {
    let invite = item.invite.map(InviteId::from_number).transpose();
    Ok(Member {
        group: item.group,
        user: item.user,
        roles: item.roles,
        privileges: item.privileges,
        name: item.name,
        joined_at: item.joined_at,
        invite: invite.map_err(|invalid| StoreError::corrupt("member", invalid))?,
        came_as: item.came_as,
        expires_at: item.expires_at,
        added_by: item.added_by,
        version: item.version.unwrap_or(Version::FIRST),
    })
}
