//! `POST /GroupV2/{groupId}/Members/IndividualInviteCancel/{membershipType}/{membershipId}/`:
//! revokes an account's invite (docs/contracts/bungie.md#cancelling).

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::bungie::{
    self, ApplicationResponse, Failure, RULE, Resolution, account, administrator, group, success,
};

/// Answers the request. Its body is not read.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    bungie::respond(&request, cancel(service, &request)).await
}

async fn cancel(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = administrator(service, request).await?;
    let group = group(request)?;
    let account = account(request)?;
    service
        .engine
        .revoke_account_invite(&caller, &group, &account, RULE, service.clock.now())
        .await?;
    Ok(success(&ApplicationResponse { resolution: Resolution::Rescinded }))
}
