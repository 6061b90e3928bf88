//! `POST /me/groups/{group}/invites/{invite}/accept`: accepts an invite for its invitee
//! (docs/contracts/rownd.md#invites).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{
    self, AcceptedBody, Failure, GroupBody, app_id, empty_body, group_of_path,
};
use shared::domain::ids::InviteId;
use shared::engine::InviteRef;
use shared::http::{json, path_parameter};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, accept(service, &request)).await
}

async fn accept(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let id = path_parameter(request, "invite", InviteId::parse)?;
    empty_body(request, service.body_limit)?;
    let accepted = service
        .engine
        .accept_invite(&caller, &InviteRef::Id(group.clone(), id), service.clock.now())
        .await?;
    let joined = service.engine.own_group(&caller, &group).await?;
    Ok(json(
        StatusCode::OK,
        &AcceptedBody::new(
            &accepted.member.user,
            GroupBody::new(&joined.group, app_id(service.audience())),
        ),
    ))
}
