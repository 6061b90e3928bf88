//! Many invites in one request: JSON or CSV in, one result per item out.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::Problem;
use super::super::problem::ProblemBody;
use super::create::NewInviteBody;
use super::created::{CreationBody, status};
use super::csv_rows::rows;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::redirect::RedirectTargets;
use crate::engine::{Bulk, Creation, NewInvite};
use crate::http::{RequestError, declared_as, json, json_body, json_object, raw_body, request_id};

/// The most invites in one request.
const MOST: usize = 100;

const NUMBER: Invalid = Invalid::new("wrong_number_of_invites", "Give 1 to 100 invites.");

/// The media type of CSV (RFC 7111).
const CSV: &str = "text/csv";

/// The body of `POST /v1/groups/{group}/invites`: one invite, or many.
pub enum InvitesBody {
    /// One invite.
    One(Box<NewInviteBody>),
    /// Up to a hundred invites.
    Many(Vec<Item>),
}

/// An item of a request for many invites.
pub struct Item {
    /// The line of the CSV file where the item begins.
    line: Option<u64>,
    /// The JSON Pointer of the item. Empty for CSV.
    pointer: String,
    body: Result<Box<NewInviteBody>, RequestError>,
}

/// The limits on a body's size, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The largest body of one invite.
    pub one: usize,
    /// The largest body of many invites.
    pub many: usize,
}

/// Tells the body of many invites, without reading the invites.
#[derive(Deserialize)]
struct Shape {
    #[serde(default)]
    invites: Option<serde::de::IgnoredAny>,
}

/// The body of many invites as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewInvitesBody))]
pub(in crate::api::native) struct ManyBody {
    /// The invites, each read by itself later.
    // As texts, so that one that cannot be read stops no other.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<NewInviteBody>, min_items = 1, max_items = 100))]
    invites: Vec<Box<RawValue>>,
}

impl InvitesBody {
    /// Reads the body: one invite as JSON, or many as JSON or CSV.
    ///
    /// # Errors
    /// The errors of [`json_body`], and `InvalidBody` for a CSV file with a wrong header, or another
    /// number of invites than 1 to 100. A wrong item of many is no error of the body.
    pub fn read(request: &Request, limits: BodyLimits) -> Result<Self, RequestError> {
        let bytes = raw_body(request, limits.many)?;
        let items = if declared_as(request, CSV) {
            rows(bytes, MOST + 1)?
                .into_iter()
                .map(|(line, row)| Item {
                    line: Some(line),
                    pointer: String::new(),
                    body: row.map(|row| Box::new(NewInviteBody::of_row(row))),
                })
                .collect()
        } else if is_many(bytes) {
            let ManyBody { invites } = json_body(request, limits.many).map_err(or_csv)?;
            items(&invites, limits.one)?
        } else {
            return Ok(Self::One(Box::new(json_body(request, limits.one).map_err(or_csv)?)));
        };
        if (1..=MOST).contains(&items.len()) {
            Ok(Self::Many(items))
        } else {
            let pointer = if declared_as(request, CSV) { "" } else { "/invites" };
            Err(RequestError::field(pointer, NUMBER))
        }
    }
}

/// Adds CSV to the accepted media types.
fn or_csv(error: RequestError) -> RequestError {
    match error {
        RequestError::UnsupportedMediaType(_) => {
            RequestError::UnsupportedMediaType("application/json or text/csv")
        }
        other => other,
    }
}

/// Returns whether the body is an object with the field `invites`.
fn is_many(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Shape>(bytes).is_ok_and(|shape| shape.invites.is_some())
}

/// Returns the invites of the body, each read by itself, within the limit of bytes of one invite.
fn items(invites: &[Box<RawValue>], limit: usize) -> Result<Vec<Item>, RequestError> {
    if invites.len() > MOST {
        return Err(RequestError::field("/invites", NUMBER));
    }
    let read = |text: &str| match text.len() {
        size if size > limit => Err(RequestError::BodyTooLarge(limit)),
        _ => json_object(text.as_bytes()).map(Box::new),
    };
    let items = invites.iter().enumerate().map(|(place, text)| Item {
        line: None,
        pointer: format!("/invites/{place}"),
        body: read(text.get()),
    });
    Ok(items.collect())
}

/// The items of a request for many invites, as far as they were read.
pub struct ReadItems(Vec<ReadItem>);

/// An item, and its problem if it cannot be read.
struct ReadItem {
    line: Option<u64>,
    pointer: String,
    problem: Option<Problem>,
}

/// The response to a request for many invites.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = InviteResultsBody))]
pub(in crate::api::native) struct ManyResultsBody<'a> {
    /// The result of every item, in the order of the request.
    results: Vec<ResultBody<'a>>,
    /// The number of new invites.
    created: usize,
    /// The number of results with a problem.
    failed: usize,
}

/// The result of one item.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = InviteResultBody))]
struct ResultBody<'a> {
    /// The item's place in the request, from 0.
    index: usize,
    /// The line of the CSV file where the item begins; absent for JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    line: Option<u64>,
    /// The status that a request for this item alone would have.
    status: u16,
    /// The invite; absent if there is a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    invite: Option<CreationBody<'a>>,
    /// The problem; absent if there is an invite.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    problem: Option<ProblemBody<'a>>,
}

impl ReadItems {
    /// Returns the invites to `group` of the items that can be read, and all items. Redirects may
    /// lead to `targets`.
    pub fn of(
        items: Vec<Item>,
        group: &GroupId,
        targets: &RedirectTargets,
    ) -> (Vec<NewInvite>, Self) {
        let mut new = Vec::new();
        let items = items.into_iter().map(|Item { line, pointer, body }| {
            let read = body.and_then(|body| body.new_invite(group.clone(), targets));
            let problem = match read {
                Ok(invite) => {
                    new.push(invite);
                    None
                }
                Err(error) => Some(Problem::from(error).below(&pointer)),
            };
            ReadItem { line, pointer, problem }
        });
        let items = items.collect();
        (new, Self(items))
    }

    /// Returns the response: the result of every item at `now`, of which `bulk` has those that could
    /// be read. Links are under `public_url`.
    pub fn response(
        mut self,
        request: &Request,
        bulk: &Bulk,
        public_url: &str,
        now: Timestamp,
    ) -> Response<Body> {
        let mut places = bulk.places.iter();
        let mut creations: Vec<Option<&Creation>> = Vec::new();
        for item in &mut self.0 {
            if item.problem.is_some() {
                creations.push(None);
                continue;
            }
            match places.next().and_then(|place| bulk.outcomes.get(*place)) {
                Some(Ok(creation)) => creations.push(Some(creation)),
                Some(Err(stop)) => {
                    item.problem = Some(Problem::from(stop.clone()).below(&item.pointer));
                    creations.push(None);
                }
                None => creations.push(None),
            }
        }
        let id = request_id(request);
        let results = self.0.iter().zip(creations).enumerate().map(|(index, (item, creation))| {
            let problem = item.problem.as_ref();
            let failed = problem.map(|problem| problem.code.status());
            let status = creation.map(status).or(failed).unwrap_or_default().as_u16();
            ResultBody {
                index,
                line: item.line,
                status,
                invite: creation.map(|creation| CreationBody::new(creation, public_url, now)),
                problem: problem.map(|problem| problem.body(&id)),
            }
        });
        let results: Vec<ResultBody<'_>> = results.collect();
        let made = bulk.outcomes.iter().filter(|it| matches!(it, Ok(Creation::Made(_)))).count();
        let failed = results.iter().filter(|result| result.problem.is_some()).count();
        json(StatusCode::MULTI_STATUS, &ManyResultsBody { results, created: made, failed })
    }
}
