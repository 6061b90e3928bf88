//! `GET /v1/groups/{group}/invite-stats`: counts what became of a group's invites, by day.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteStatsBody, Problem, RULE, first_day};
use shared::domain::ids::GroupId;
use shared::http::{json, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, count(service, &request)).await
}

async fn count(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let now = service.clock.now();
    let since = first_day(request, now)?;
    let stats = service.engine.invite_stats(&caller, &group, RULE, since, now).await?;
    Ok(json(StatusCode::OK, &InviteStatsBody::new(&group, &stats)))
}
