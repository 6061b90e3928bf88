//! `POST /v1/groups/{group}/invites/resend`: resends up to a hundred invites.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, Problem, ResendInvitesBody};
use shared::domain::ids::GroupId;
use shared::engine::Acting;
use shared::http::{entropy, json_body, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, resend(service, &request)).await
}

async fn resend(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    known_query(request, &[])?;
    let body: ResendInvitesBody = json_body(request, service.body_limit)?;
    let (choice, resend) = body.request(entropy())?;
    let now = service.clock.now();
    let acting = Acting { caller: &caller, now };
    let many = service.engine.resend_invites(acting, &group, &choice, &resend).await?;
    Ok(native::chosen(request, &many, &service.public_url, now))
}
