//! `POST /groups/{id}/users/token`: creates a token with which one person can join the group
//! (docs/contracts/onezone.md#request).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::onezone::{self, Failure, TokenBody, acceptable, new_token};
use shared::domain::ids::GroupId;
use shared::http::{entropy, json, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    onezone::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = onezone::caller(service, request).await?;
    acceptable(request)?;
    let group = path_parameter(request, "id", GroupId::parse)?;
    let new = new_token(service, request, &caller, group).await?;
    let now = service.clock.now();
    let created = service.engine.create_invite(&caller, &new, entropy(), now).await?;
    let token = service.engine.macaroon(&created.invite);
    Ok(json(StatusCode::OK, &TokenBody::new(&token)))
}
