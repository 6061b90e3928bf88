//! `DELETE /me/groups/{group}/invites/{invite}`: revokes a pending invite. Revoking it again
//! succeeds too (docs/contracts/rownd.md#invites).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{self, Failure, RULE, group_of_path};
use shared::domain::ids::InviteId;
use shared::http::{path_parameter, respond};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, revoke(service, &request)).await
}

async fn revoke(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    service.engine.revoke_invite(&caller, &group, id, RULE, service.clock.now()).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}
