//! `POST /GroupV2/{groupId}/Members/IndividualInvite/{membershipType}/{membershipId}/`: invites an
//! account.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::bungie::{
    self, ApplicationResponse, Failure, Resolution, administrator, new_invite, success,
};
use shared::http::entropy;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    bungie::respond(&request, invite(service, &request)).await
}

async fn invite(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = administrator(service, request).await?;
    let new = new_invite(service, request)?;
    service.engine.create_invite(&caller, &new, entropy(), service.clock.now()).await?;
    Ok(success(&ApplicationResponse { resolution: Resolution::Unresolved }))
}
