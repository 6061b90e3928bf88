//! `POST /v1/groups/{group}/invites`: creates an invite.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, NewInviteBody, Problem};
use shared::domain::ids::GroupId;
use shared::http::{entropy, json_body, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    known_query(request, &[])?;
    let body: NewInviteBody = json_body(request, service.body_limit)?;
    let new = body.new_invite(group, &service.redirect_origins)?;
    let now = service.clock.now();
    let created = service.engine.create_invite(&caller, &new, entropy(), now).await?;
    Ok(native::created(&created, &service.public_url, now))
}
