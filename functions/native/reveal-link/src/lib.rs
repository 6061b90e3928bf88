//! `POST /v1/groups/{group}/invites/{invite}/link`: reveals the present link of an invite again.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, Problem, RULE, RevealedBody};
use shared::domain::ids::{GroupId, InviteId};
use shared::engine::Acting;
use shared::http::{entropy, json, known_query, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, reveal(service, &request)).await
}

async fn reveal(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    let acting = Acting { caller: &caller, now: service.clock.now() };
    let revealed = service.engine.reveal_link(acting, (&group, id), RULE, entropy()).await?;
    Ok(json(StatusCode::OK, &RevealedBody::new(&revealed, &service.public_url)))
}
