//! What the holder of a link tells the inviter. `POST /v1/invites/renewal`: that they want a new
//! invite. `POST /v1/invites/opened`: that they saw the page of the present one.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::native::{self, Problem, RenewalBody, TokenBody};
use shared::http::{json, json_body, known_query, respond};

/// The last part of the path by which the invite page tells that a person saw it.
const OPENED: &str = "/invites/opened";

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let TokenBody { token } = json_body(request, service.body_limit)?;
    if request.raw_http_path().ends_with(OPENED) {
        opened(service, request, &token).await
    } else {
        renew(service, request, &token).await
    }
}

async fn renew(
    service: &Service,
    request: &Request,
    token: &str,
) -> Result<Response<Body>, Problem> {
    let requested = service.engine.request_renewal(token, service.clock.now()).await;
    service.guarded(request, requested).await?;
    Ok(json(StatusCode::ACCEPTED, &RenewalBody::default()))
}

async fn opened(
    service: &Service,
    request: &Request,
    token: &str,
) -> Result<Response<Body>, Problem> {
    let recorded = service.engine.record_opening(token, service.clock.now()).await;
    service.guarded(request, recorded).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}
