//! `POST /v1/groups/{group}/invites/{invite}/revoke`: revokes an invite.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, Problem, RULE, with_etag};
use shared::domain::ids::{GroupId, InviteId};
use shared::http::{json, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, revoke(service, &request)).await
}

async fn revoke(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    let now = service.clock.now();
    let invite = service.engine.revoke_invite(&caller, &group, id, RULE, now).await?;
    let present = service.engine.present([&invite]).await?;
    let body = InviteBody::new(&invite, &present, now);
    Ok(with_etag(json(StatusCode::OK, &body), invite.version))
}
