//! `POST /v1/groups/{group}/invites/{invite}/resend`: resends an invite.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, Problem, ResendBody};
use shared::domain::ids::{GroupId, InviteId};
use shared::engine::Acting;
use shared::http::{entropy, json_body_if_any, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, resend(service, &request)).await
}

async fn resend(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    let body: ResendBody = json_body_if_any(request, service.body_limit)?;
    let now = service.clock.now();
    let acting = Acting { caller: &caller, now };
    let resend = body.request(entropy());
    let resent = service.engine.resend_invite(acting, &group, id, &resend).await?;
    Ok(native::resent(&resent, &service.public_url, now))
}
