//! `GET /me/groups/{group}/invites/{invite}`: reads one invite (docs/contracts/rownd.md#invites).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{self, Failure, InviteBody, RULE, group_of_path};
use shared::domain::ids::InviteId;
use shared::http::{json, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, get(service, &request)).await
}

async fn get(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    let invite = service.engine.get_invite(&caller, &group, id, RULE).await?;
    let known = service.engine.invitee_ids(std::slice::from_ref(&invite)).await?;
    Ok(json(StatusCode::OK, &InviteBody::new(&invite, &known, service.clock.now())))
}
