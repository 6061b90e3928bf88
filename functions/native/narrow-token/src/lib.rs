//! `POST /v1/invites/narrow`: returns a narrower token. Needs no account, and writes nothing.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, NarrowBody, NarrowedBody, Problem};
use shared::http::{json, json_body, known_query};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, narrow(service, &request)).await
}

async fn narrow(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let body: NarrowBody = json_body(request, service.body_limit)?;
    let narrowing = body.narrowing(service.clock.now())?;
    let narrowed = service.engine.narrow_token(&body.token, &narrowing);
    let (token, until) = service.guarded(request, narrowed).await?;
    Ok(json(StatusCode::OK, &NarrowedBody::new(&token, until, &service.public_url)))
}
