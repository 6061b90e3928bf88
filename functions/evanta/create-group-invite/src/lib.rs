//! `POST /group_invites`: invites a user to a group, for its owners
//! (docs/contracts/evanta.md#request).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, CreatedBody, Failure, InviteForm};
use shared::http::{entropy, json};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let fields = evanta::fields::<InviteForm>(request, service.body_limit).await?;
    let (group, user) = (fields.group()?, fields.user());
    let now = service.clock.now();
    let invited = service.engine.invite_user(&caller, group, user, entropy(), now).await?;
    Ok(json(StatusCode::CREATED, &CreatedBody::new(&invited)))
}
