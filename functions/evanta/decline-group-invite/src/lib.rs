//! `DELETE /group_invites/{id}`: declines an invite, for its invitee
//! (docs/contracts/evanta.md#other-endpoints).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure};
use shared::http::respond;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, decline(service, &request)).await
}

async fn decline(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let id = evanta::invite_of_path(request)?;
    service.engine.decline_own_invite(&caller, id, service.clock.now()).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}
