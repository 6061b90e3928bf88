//! `POST /v1/groups/{group}/invites`: creates an invite, or up to a hundred.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, BodyLimits, InvitesBody, Problem, ReadItems};
use shared::domain::ids::GroupId;
use shared::http::path_parameter;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let making = native::making(request)?;
    let limits = BodyLimits { one: service.body_limit, many: service.bulk_body_limit };
    let body = InvitesBody::read(request, limits)?;
    let (engine, now) = (&service.engine, service.clock.now());
    match body {
        InvitesBody::One(body) => {
            let new = body.new_invite(group, &service.redirects)?;
            let creation = engine.request_invite(&caller, &new, &making, now).await?;
            Ok(native::created(&creation, &service.public_url, now))
        }
        InvitesBody::Many(items) => {
            let (new, items) = ReadItems::of(items, &group, &service.redirects);
            let bulk = engine.request_invites(&caller, &group, new, &making, now).await?;
            Ok(items.response(request, &bulk, &service.public_url, now))
        }
    }
}
