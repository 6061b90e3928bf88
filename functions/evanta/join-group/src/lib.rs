//! `POST /group_members`: makes the caller a member, by an invite or because the group is open
//! (docs/contracts/evanta.md#other-endpoints).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure, JoinedBody, MemberForm};
use shared::http::json;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, join(service, &request)).await
}

async fn join(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let fields = evanta::fields::<MemberForm>(request, service.body_limit).await?;
    let group = fields.group()?;
    let joined = service.engine.join_seen_group(&caller, &group, service.clock.now()).await;
    let (member, seen) = joined.map_err(Failure::of_joining)?;
    Ok(json(StatusCode::CREATED, &JoinedBody::new(&caller, &member, &seen)))
}
