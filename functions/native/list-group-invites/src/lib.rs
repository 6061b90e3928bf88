//! `GET /v1/groups/{group}/invites`: lists a group's invites, for members who may invite.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, ListBody, Problem, RULE, invite_filter};
use shared::domain::ids::GroupId;
use shared::domain::invite::State;
use shared::http::{json, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let filter = invite_filter(request, &State::ALL)?;
    let now = service.clock.now();
    let page = service.engine.list_group_invites(&caller, &group, RULE, &filter, now).await?;
    let data = page.data.iter().map(|invite| InviteBody::new(invite, now)).collect();
    Ok(json(StatusCode::OK, &ListBody::new(data, page.next_cursor)))
}
