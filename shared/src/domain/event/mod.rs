//! Events: the audit trail of a group.
//!
//! Each change of an invite, a membership or a group is one event. It follows from the record before
//! and after the write alone, so that a record of the table's stream gives the same event again
//! whenever it is delivered. An event has no token, address, name, message or metadata.

mod body;
mod filter;
mod group;
mod id;
mod invite;
mod kind;
mod member;

pub use body::EventBody;
pub use filter::EventFilter;
pub use id::EventId;
pub use kind::EventKind;
pub use member::{Act, RemovalReason};
use serde::{Deserialize, Serialize};

use super::author::Author;
use super::clock::Timestamp;
use super::counters::{Generation, Version};
use super::ids::{GroupId, InviteId, UserId};
use super::invite::{DeliveryState, State};
use super::role::Roles;

/// An event of a group's audit trail. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's id, unique in the group.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The group.
    pub group: GroupId,
    /// The invite; for a member who joined, the one that brought them. `None` for other events.
    pub invite: Option<InviteId>,
    /// The user whose membership it is about. `None` for events of invites and groups.
    pub user: Option<UserId>,
    /// The author. `None` if nobody signed in for it.
    pub actor: Option<Author>,
    /// When it was written.
    pub at: Timestamp,
    /// The invite's generation. `None` for events of members and groups.
    pub generation: Option<Generation>,
    /// The version of the invite, the membership or the group after the change. It orders the events
    /// of one subject.
    pub sequence: Version,
    /// What changed.
    pub data: EventData,
}

/// What an event changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventData {
    /// The state before. `None` where nothing has a state, and for a new invite.
    pub from: Option<Phase>,
    /// The state after. `None` where nothing has a state.
    pub to: Option<Phase>,
    /// The reason in one word: why the invite was revoked, the mail has its state, or the membership
    /// ended.
    pub reason: Option<String>,
    /// The member's roles after the change, or before the removal. `None` for other events.
    pub roles: Option<Roles>,
}

/// A state of an invite or of its mail. Their names differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Phase {
    /// The state of an invite.
    Invite(State),
    /// The state of a mail.
    Mail(DeliveryState),
}
