//! The filter of a list of events.

use super::{Event, EventKind};
use crate::domain::author::Author;
use crate::domain::ids::{InviteId, UserId};

/// The events that a list selects: those that match each field. An empty field matches every event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// The invite.
    pub invite: Option<InviteId>,
    /// The kinds.
    pub kinds: Vec<EventKind>,
    /// The person or app that acted.
    pub actor: Option<UserId>,
}

impl EventFilter {
    /// Returns whether the filter selects the event.
    pub fn selects(&self, event: &Event) -> bool {
        let Self { invite, kinds, actor } = self;
        invite.is_none_or(|invite| event.invite == Some(invite))
            && (kinds.is_empty() || kinds.contains(&event.kind))
            && actor
                .as_ref()
                .is_none_or(|actor| event.actor.as_ref().and_then(Author::id) == Some(actor))
    }

    /// Returns whether the filter may leave out an event.
    pub fn leaves_out(&self) -> bool {
        *self != Self::default()
    }
}
