//! The stored form of an event.

use serde::{Deserialize, Serialize};

use super::without_nulls;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::{Generation, Version};
use crate::domain::event::{Event, EventData, EventId, EventKind, Phase};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::role::Roles;
use crate::store::StoreError;
use crate::store::access::{self, Item};
use crate::store::keys::{self, Key};

#[derive(Serialize, Deserialize)]
pub(super) struct EventItem {
    pk: String,
    sk: String,
    #[serde(rename = "type")]
    kind: String,
    id: EventId,
    event: EventKind,
    group: GroupId,
    invite: Option<u64>,
    user: Option<UserId>,
    generation: Option<Generation>,
    actor: Option<Author>,
    at: Timestamp,
    sequence: Version,
    from: Option<Phase>,
    to: Option<Phase>,
    reason: Option<String>,
    roles: Option<Roles>,
    /// `true` for an event that was written in the transaction of its act. The stream's filter
    /// selects these.
    pub(super) with_act: Option<bool>,
}

/// Converts an event into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_event(event: &Event) -> Result<Item, StoreError> {
    stored(event, None)
}

/// Converts an event that is written in the transaction of its act into an item.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn from_event_with_act(event: &Event) -> Result<Item, StoreError> {
    stored(event, Some(true))
}

fn stored(event: &Event, with_act: Option<bool>) -> Result<Item, StoreError> {
    let Key { pk, sk } = keys::event(&event.group, event.at, event.sequence, &event.id);
    let EventData { from, to, reason, roles } = event.data.clone();
    let item = EventItem {
        pk,
        sk,
        kind: "event".into(),
        id: event.id.clone(),
        event: event.kind,
        group: event.group.clone(),
        invite: event.invite.map(InviteId::number),
        user: event.user.clone(),
        generation: event.generation,
        actor: event.actor.clone(),
        at: event.at,
        sequence: event.sequence,
        from,
        to,
        reason,
        roles,
        with_act,
    };
    without_nulls(access::write(&item, "event")?)
}

/// Converts an item into an event.
///
/// # Errors
/// `Corrupt`.
pub(in crate::store) fn to_event(item: Item) -> Result<Event, StoreError> {
    event(access::read(item, "event")?)
}

/// Converts the stored form into an event.
///
/// # Errors
/// `Corrupt`.
pub(super) fn event(item: EventItem) -> Result<Event, StoreError> {
    let invite = item.invite.map(InviteId::from_number).transpose();
    Ok(Event {
        id: item.id,
        kind: item.event,
        group: item.group,
        invite: invite.map_err(|invalid| StoreError::corrupt("event", invalid))?,
        user: item.user,
        actor: item.actor,
        at: item.at,
        generation: item.generation,
        sequence: item.sequence,
        data: EventData { from: item.from, to: item.to, reason: item.reason, roles: item.roles },
    })
}
