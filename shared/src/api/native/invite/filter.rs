//! The filter of a list of invites.

use lambda_http::Request;

use super::super::list::limit_and_cursor;
use crate::domain::invite::State;
use crate::domain::list::Order;
use crate::engine::InviteFilter;
use crate::http::{RequestError, known_query, query_parameter};

/// Reads the filter of a list of invites: `state` (repeatable), `order`, `limit` and `cursor`.
/// Without `state`, the filter has the `default` states.
///
/// # Errors
/// `InvalidQuery` for an unknown parameter or an invalid value.
pub fn invite_filter(request: &Request, default: &[State]) -> Result<InviteFilter, RequestError> {
    known_query(request, &["state", "order", "limit", "cursor"])?;
    let mut states = Vec::new();
    for word in query_parameter(request, "state") {
        let state = State::parse(&word);
        let state = state.ok_or(RequestError::InvalidQuery(
            "state",
            "Give pending, accepted, declined, revoked, expired or exhausted.",
        ))?;
        if !states.contains(&state) {
            states.push(state);
        }
    }
    if states.is_empty() {
        states = default.to_vec();
    }
    let order = match query_parameter(request, "order").as_slice() {
        [] => Order::default(),
        [word] if word == "asc" => Order::Asc,
        [word] if word == "desc" => Order::Desc,
        _ => return Err(RequestError::InvalidQuery("order", "Give asc or desc.")),
    };
    let (limit, cursor) = limit_and_cursor(request)?;
    Ok(InviteFilter { states, order, limit: usize::from(limit), cursor })
}
