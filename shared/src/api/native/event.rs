//! The filters of lists of events.

use lambda_http::Request;

use super::list::page_in;
use super::query::{Named, one, words};
use crate::domain::event::{EventFilter, EventKind};
use crate::domain::ids::{InviteId, UserId};
use crate::domain::list::PageRequest;
use crate::http::{RequestError, known_query};

/// Reads the filter and the page of a list of a group's events.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn event_filter(request: &Request) -> Result<(EventFilter, PageRequest), RequestError> {
    known_query(request, &["invite", "type", "actor", "limit", "cursor"])?;
    let filter = EventFilter {
        invite: one(request, "invite", InviteId::parse, "Give one invite id.")?,
        kinds: words(request, "type")?,
        actor: one(request, "actor", UserId::parse, "Give one user id.")?,
    };
    Ok((filter, page_in(request)?))
}

impl Named for EventKind {
    const EXPECTED: &'static str =
        "Give types of events, such as invite.accepted or member.removed.";
}
