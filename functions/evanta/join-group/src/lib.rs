//! `POST /group_members`: the caller joins, by an invite or because the group is open
//! (docs/contracts/evanta.md#other-endpoints).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure, JoinedBody, MemberForm, UserBody};
use shared::http::json;

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, join(service, &request)).await
}

async fn join(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let fields = evanta::fields::<MemberForm>(request, service.body_limit)?;
    let group = fields.group()?;
    // Read before joining, with what is shown: whoever has joined must not be told that it failed.
    let seen = evanta::see(service, &caller, &group, &[]).await?;
    let member = service
        .engine
        .join_group(&caller, &group, service.clock.now())
        .await
        .map_err(Failure::of_joining)?;
    let seen = seen.joined_as(member.clone());
    let user = UserBody::of_caller(&caller, &seen.people);
    Ok(json(StatusCode::CREATED, &JoinedBody::new(&member, user, seen.body())))
}
