//! `POST /me/groups/{group}/invites`: creates an invite and returns its link. The same request
//! again returns the same invite (docs/contracts/rownd.md#asking-again).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{self, CreatedBody, Failure, InviteInput, body, group_of_path};
use shared::http::{entropy, json};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let input: InviteInput = body(request, service.body_limit)?;
    let new = input.new_invite(group, &service.redirects)?;
    let now = service.clock.now();
    let (created, known) =
        service.engine.create_or_find_invite(&caller, &new, entropy(), now).await?;
    Ok(json(StatusCode::OK, &CreatedBody::new(&created, &new, &known, &service.public_url, now)))
}
