//! The JSON of an event, the same wherever it is shown (docs/contracts/native.md#events).

use serde::Serialize;

use super::{Event, EventData, EventId, EventKind, Phase};
use crate::domain::author::Author;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::role::Roles;

/// An event of a group's audit trail.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventBody<'a> {
    /// Always `event`.
    object: &'static str,
    /// The event's id: 32 hexadecimal digits, unique in the group.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    id: &'a EventId,
    /// What happened.
    #[serde(rename = "type")]
    kind: EventKind,
    /// The group.
    group_id: &'a GroupId,
    /// The invite; for a member who joined, the one that brought them; else `null`.
    invite_id: Option<InviteId>,
    /// The user whose membership it is about; `null` for events of invites and groups.
    user_id: Option<&'a UserId>,
    /// The author; `null` if nobody signed in for it.
    actor: Option<ActorBody<'a>>,
    /// When it was written.
    #[cfg_attr(feature = "openapi", schema(format = "date-time"))]
    at: String,
    /// The invite's generation; `null` for events of members and groups.
    generation: Option<u32>,
    /// The number of the change among those of the same invite, membership or group.
    sequence: u64,
    /// What changed.
    data: EventDataBody<'a>,
}

/// The author of a change.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct ActorBody<'a> {
    /// The user id of the person or app; `null` for the service itself.
    id: Option<&'a UserId>,
    /// Whether it is a person, an app that acts for a group without an owner, or the service itself.
    kind: ActorKind,
}

/// The kind of an author.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
enum ActorKind {
    User,
    App,
    System,
}

/// What an event changed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct EventDataBody<'a> {
    /// The state of the invite or its mail before; `null` if it is new or has none.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    from: Option<Phase>,
    /// That state after the change.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    to: Option<Phase>,
    /// The reason in one word: why the invite was revoked, the mail has its state, or the membership
    /// ended; `null` if there is none.
    reason: Option<&'a str>,
    /// The member's roles after the change, or before the removal; `null` for events of invites and
    /// groups.
    roles: Option<&'a Roles>,
}

impl<'a> From<&'a Event> for EventBody<'a> {
    fn from(event: &'a Event) -> Self {
        let EventData { from, to, reason, roles } = &event.data;
        Self {
            object: "event",
            id: &event.id,
            kind: event.kind,
            group_id: &event.group,
            invite_id: event.invite,
            user_id: event.user.as_ref(),
            actor: event.actor.as_ref().map(ActorBody::from),
            at: event.at.to_string(),
            generation: event.generation.map(|generation| generation.number()),
            sequence: event.sequence.number(),
            data: EventDataBody {
                from: *from,
                to: *to,
                reason: reason.as_deref(),
                roles: roles.as_ref(),
            },
        }
    }
}

impl<'a> From<&'a Author> for ActorBody<'a> {
    fn from(actor: &'a Author) -> Self {
        let kind = match actor {
            Author::User(_) => ActorKind::User,
            Author::App(_) => ActorKind::App,
            Author::System => ActorKind::System,
        };
        Self { id: actor.id(), kind }
    }
}
