//! The filters of lists of invites.

use lambda_http::Request;

use super::super::list::page_in;
use super::super::query::{Named, one, words};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::invite::{DeliveryState, InviteFilter, State};
use crate::domain::invitee::InviteeKind;
use crate::domain::list::PageRequest;
use crate::domain::role::RoleName;
use crate::http::{RequestError, known_query};

/// The parameters of a list of a group's invites.
const OF_GROUP: [&str; 11] = [
    "state",
    "kind",
    "email",
    "role",
    "created_by",
    "delivery",
    "created_after",
    "created_before",
    "order",
    "limit",
    "cursor",
];

/// Reads the filter and the page of a list of a group's invites.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn invite_filter(request: &Request) -> Result<(InviteFilter, PageRequest), RequestError> {
    known_query(request, &OF_GROUP)?;
    let filter = InviteFilter {
        states: states(request)?,
        kinds: words(request, "kind")?,
        email: one(request, "email", EmailAddress::parse, "Give one e-mail address.")?,
        role: one(request, "role", RoleName::parse, "Give one role.")?,
        created_by: one(request, "created_by", UserId::parse, "Give one user id.")?,
        delivery: words(request, "delivery")?,
        created_after: one(request, "created_after", Timestamp::parse, A_TIME)?,
        created_before: one(request, "created_before", Timestamp::parse, A_TIME)?,
    };
    Ok((filter, page_in(request)?))
}

const A_TIME: &str = "Give one time as in RFC 3339, for example 2026-11-21T00:00:00Z.";

/// Reads the states and the page of a list of the caller's own invites.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn inbox_filter(request: &Request) -> Result<(Vec<State>, PageRequest), RequestError> {
    known_query(request, &["state", "order", "limit", "cursor"])?;
    Ok((states(request)?, page_in(request)?))
}

/// Reads the states, in the order of all states.
fn states(request: &Request) -> Result<Vec<State>, RequestError> {
    let named: Vec<State> = words(request, "state")?;
    Ok(State::ALL.into_iter().filter(|state| named.contains(state)).collect())
}

impl Named for State {
    const EXPECTED: &'static str =
        "Give pending, accepted, declined, revoked, expired or exhausted.";
}

impl Named for InviteeKind {
    const EXPECTED: &'static str = "Give user, email, phone, account, person or link.";
}

impl Named for DeliveryState {
    const EXPECTED: &'static str =
        "Give not_requested, queued, sent, delivered, bounced, complained, failed or suppressed.";
}
