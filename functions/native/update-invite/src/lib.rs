//! `PATCH /v1/groups/{group}/invites/{invite}`: changes a pending invite.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, InviteChangeBody, Problem, with_etag};
use shared::domain::ids::{GroupId, InviteId};
use shared::engine::Acting;
use shared::http::{json, json_body, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, update(service, &request)).await
}

async fn update(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    let if_match = native::if_match(request)?;
    let body: InviteChangeBody = json_body(request, service.body_limit)?;
    let change = body.change(&service.redirects, if_match)?;
    let now = service.clock.now();
    let acting = Acting { caller: &caller, now };
    let invite = service.engine.update_invite(acting, &group, id, &change).await?;
    let present = service.engine.present([&invite]).await?;
    let body = InviteBody::new(&invite, &present, now);
    Ok(with_etag(json(StatusCode::OK, &body), invite.version))
}
