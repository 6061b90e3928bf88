//! What several native endpoints read from a request.

use lambda_http::Request;
use serde::Deserialize;

use super::Problem;
use crate::domain::Invalid;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::State;
use crate::domain::list::Order;
use crate::engine::{InviteFilter, InviteRef, Refusal};
use crate::http::{RequestError, known_query, query_parameter};

/// How an invite is named in a body: by `token`, or by `group` and `invite`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteName {
    /// The link's token.
    pub token: Option<String>,
    /// The group.
    pub group: Option<GroupId>,
    /// The invite in it.
    pub invite: Option<InviteId>,
}

impl InviteName {
    /// The invite that the body names.
    ///
    /// # Errors
    /// `Invalid` unless it is named in exactly one way.
    pub fn reference(self) -> Result<InviteRef, Refusal> {
        match (self.token, self.group, self.invite) {
            (Some(token), None, None) => Ok(InviteRef::Token(token)),
            (None, Some(group), Some(invite)) => Ok(InviteRef::Id(group, invite)),
            _ => Err(Refusal::Invalid(
                "",
                Invalid::new("one_of", "Name the invite by 'token', or by 'group' and 'invite'."),
            )),
        }
    }
}

/// The filter of a list of invites: `state` (several), `order`, `limit`, `cursor`; without `state`
/// those of `default`.
///
/// # Errors
/// `InvalidQuery` for other parameters and other values.
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

/// The page of any other list: `limit` from 1 to 100 (20), and `cursor`.
///
/// # Errors
/// `InvalidQuery` for other parameters and other values.
pub fn page(request: &Request) -> Result<(i32, Option<String>), RequestError> {
    known_query(request, &["limit", "cursor"])?;
    limit_and_cursor(request).map(|(limit, cursor)| (i32::from(limit), cursor))
}

fn limit_and_cursor(request: &Request) -> Result<(u8, Option<String>), RequestError> {
    let limit = match query_parameter(request, "limit").as_slice() {
        [] => 20,
        [text] => text
            .parse()
            .ok()
            .filter(|limit| (1..=100).contains(limit))
            .ok_or(RequestError::InvalidQuery("limit", "Give 1 to 100."))?,
        _ => return Err(RequestError::InvalidQuery("limit", "Give 1 to 100.")),
    };
    let mut cursors = query_parameter(request, "cursor");
    let cursor = cursors.pop();
    if cursors.is_empty() {
        Ok((limit, cursor))
    } else {
        Err(RequestError::InvalidQuery("cursor", "Give one cursor."))
    }
}

/// The version that `If-Match` names, if the header is there and is not `*`.
///
/// # Errors
/// `PreconditionFailed` for an ETag that none of ours is.
pub fn if_match(request: &Request) -> Result<Option<u64>, Problem> {
    match request.headers().get("if-match").map(|value| value.to_str().unwrap_or_default()) {
        None | Some("*") => Ok(None),
        Some(etag) => {
            etag.trim_matches('"').parse().map(Some).map_err(|_| Refusal::PreconditionFailed.into())
        }
    }
}
