//! `POST /v1/invites/preview`: shows what the holder of a link may see before signing in.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, PreviewBody, Problem, TokenBody};
use shared::http::{json, json_body, known_query};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, preview(service, &request)).await
}

async fn preview(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let TokenBody { token } = json_body(request, service.body_limit)?;
    let preview = service.engine.preview_invite(&token, service.clock.now()).await;
    let preview = service.guarded(request, preview).await?;
    Ok(json(StatusCode::OK, &PreviewBody::new(&preview, &service.redirects)))
}
