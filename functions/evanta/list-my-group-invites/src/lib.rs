//! `GET /group_invites/groups`: lists the caller's pending invites, except those to groups that the
//! caller has joined. They may be addressed to any identity that the caller proves.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let own = service.engine.own_unjoined_invites(&caller, service.clock.now()).await?;
    Ok(evanta::my_invites(&caller, &own))
}
