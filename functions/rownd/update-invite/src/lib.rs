//! `PUT /me/groups/{group}/invites/{invite}`: changes a pending invite
//! (docs/contracts/rownd.md#invites).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{self, Failure, InviteBody, InviteInput, body, group_of_path};
use shared::domain::ids::InviteId;
use shared::engine::Acting;
use shared::http::{json, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, update(service, &request)).await
}

async fn update(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    let input: InviteInput = body(request, service.body_limit)?;
    let change = input.change(&service.redirects)?;
    let now = service.clock.now();
    let acting = Acting { caller: &caller, now };
    let (invite, known) = service.engine.update_invite_of_user(acting, &group, id, &change).await?;
    Ok(json(StatusCode::OK, &InviteBody::new(&invite, &known, now)))
}
