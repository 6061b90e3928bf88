//! `GET /group_invites/users/{group_id}`: lists a group's pending invites, for its owners. Invites
//! of people who are members already are left out.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure};
use shared::domain::rule::InviteRule;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let group = evanta::group_of_path(request)?;
    let (rule, now) = (InviteRule::Owners, service.clock.now());
    let unjoined = service.engine.unjoined_invites(&caller, &group, rule, now).await?;
    Ok(evanta::group_invites(&unjoined))
}
