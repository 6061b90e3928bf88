//! Groups and their policies.

mod policy;

pub use policy::{
    DefaultLifetime, Domains, MaxPending, Policy, PolicyChange, Reminders, WhoMayInvite, given,
    given_object,
};
use serde::{Deserialize, Serialize};

use super::author::Author;
use super::clock::Timestamp;
use super::counters::Version;
use super::deserialize_trimmed;
use super::ids::{GroupId, UserId};
use super::text::{Description, Metadata, Name};

/// The visibility of a group. The four visibility flags of the evanta API follow from it
/// (docs/contracts/evanta.md#group-types).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum GroupType {
    /// Everyone can see the group and join it.
    Open,
    /// Everyone can see the group. Joining needs an invite.
    #[default]
    Private,
    /// Only members can see the group. Joining needs an invite.
    Secret,
}

deserialize_trimmed!(GroupType);

/// A group of people.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// The group's name.
    pub name: Name,
    /// The group's purpose.
    pub description: Option<Description>,
    /// The group's visibility.
    pub kind: GroupType,
    /// The user who created the group. `None` if an app created it for others.
    pub owner: Option<UserId>,
    /// The number of members who are owners. It is 0 only while the group has no members.
    pub owner_count: u32,
    /// The group's rules about inviting and joining.
    pub policy: Policy,
    /// Free data of the API's client.
    pub metadata: Metadata,
    /// When the group was created.
    pub created_at: Timestamp,
    /// When the group last changed.
    pub updated_at: Timestamp,
    /// The author of the last write of the group's own fields. `None` if it is unknown.
    pub changed_by: Option<Author>,
    /// The number of writes to the group's own fields. The `ETag` shows it.
    pub version: Version,
    /// When a member was last removed or had their roles changed. No member has lost a right since
    /// then (ADR 0007).
    pub authority_changed_at: Option<Timestamp>,
    /// The number of members. `None` until a policy with `max_members` starts the count.
    pub seats_taken: Option<u32>,
}

impl Group {
    /// Returns the application, the group of the invites that lead to no group. Its id is
    /// [`GroupId::application`]. It is never stored and has no owner. `name` is the deployment's name.
    pub fn application(name: Name) -> Self {
        let at = Timestamp::from_seconds(0);
        Self {
            id: GroupId::application(),
            name,
            description: None,
            kind: GroupType::Secret,
            owner: None,
            owner_count: 0,
            policy: Policy::default(),
            metadata: Metadata::default(),
            created_at: at,
            updated_at: at,
            changed_by: None,
            version: Version::FIRST,
            authority_changed_at: None,
            seats_taken: None,
        }
    }

    /// Returns whether no seat is free, as far as the group was read. The write of an acceptance
    /// decides.
    pub fn is_full(&self) -> bool {
        let limit = self.policy.max_members;
        self.seats_taken.zip(limit).is_some_and(|(taken, limit)| taken >= limit)
    }

    /// Returns whether this is the application.
    pub fn is_application(&self) -> bool {
        self.id == GroupId::application()
    }
}

/// What is left of a deleted group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The group's id.
    pub id: GroupId,
    /// The author of the deletion. `None` if it is unknown.
    pub by: Option<Author>,
    /// The group's version after the deletion.
    pub version: Version,
    /// When the group was deleted.
    pub at: Timestamp,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns a private group that user 1 created at the epoch.
    pub(crate) fn group() -> Group {
        let (id, owner) = (GroupId::parse("3773").unwrap(), UserId::parse("1").unwrap());
        let name = Name::parse("Private Group").unwrap();
        Group {
            id,
            kind: GroupType::Private,
            owner: Some(owner),
            owner_count: 1,
            ..Group::application(name)
        }
    }
}
