//! `GET /me/groups/{group}/invites`: lists the group's invites in every state
//! (docs/contracts/rownd.md#invites).

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{self, Failure, InviteBody, RULE, group_of_path};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = group_of_path(request)?;
    let now = service.clock.now();
    let invites = service.engine.all_group_invites(&caller, &group, RULE, now).await?;
    let known = service.engine.invitee_ids(&invites.data).await?;
    let results: Vec<InviteBody<'_>> =
        invites.data.iter().map(|invite| InviteBody::new(invite, &known, now)).collect();
    Ok(rownd::list(&results, invites.complete))
}
