//! `POST /GroupV2/{groupId}/Members/IndividualInvite/{membershipType}/{membershipId}/`: invites an
//! account (docs/contracts/bungie.md#request).

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::bungie::{
    self, ApplicationResponse, Failure, Resolution, account, administrator, group, message, success,
};
use shared::domain::invite::IdentityPolicy;
use shared::domain::invitee::Lifetime;
use shared::domain::role::Roles;
use shared::domain::rule::InviteRule;
use shared::domain::text::{ApiData, Metadata};
use shared::engine::{InviteeRequest, NewInvite};

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    bungie::respond(invite(service, &request)).await
}

async fn invite(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = administrator(service, request).await?;
    let new = NewInvite {
        group: group(request)?,
        invitee: InviteeRequest::Account(account(request)?),
        roles: Roles::default(),
        message: message(service, request)?,
        metadata: Metadata::default(),
        lifetime: Lifetime::DEFAULT,
        redirect_url: None,
        notify: false,
        identity_policy: IdentityPolicy::Strict,
        rule: InviteRule::Admins,
        api_data: ApiData::default(),
    };
    service
        .engine
        .create_invite(&caller, &new, shared::http::entropy(), service.clock.now())
        .await?;
    Ok(success(&ApplicationResponse { resolution: Resolution::Unresolved }))
}
