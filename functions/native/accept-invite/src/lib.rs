//! `POST /v1/invites/accept`: accepts an invite for the caller, by token or by group and invite id.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, AcceptBody, AcceptedBody, Problem};
use shared::engine::{Conflict, Refusal, Stop};
use shared::http::{json, json_body, known_query};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, accept(service, &request)).await
}

async fn accept(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let body: AcceptBody = json_body(request, service.body_limit)?;
    let reference = body.reference()?;
    let now = service.clock.now();
    let accepted = service.engine.accept_invite(&caller, &reference, now).await;
    let accepted = match service.guarded(request, accepted).await {
        Err(Stop::Refused(Refusal::Conflict(Conflict::AlreadyMember))) => {
            let redirect = service.engine.redirect_of(&reference).await?;
            let target = service.redirects.after_joining(redirect.as_ref());
            return Err(Problem::from(Refusal::from(Conflict::AlreadyMember)).leading_to(target));
        }
        accepted => accepted?,
    };
    Ok(json(StatusCode::OK, &AcceptedBody::new(&accepted, &caller, &service.redirects, now)))
}
