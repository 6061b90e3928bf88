//! `POST /groups/{id}/users/token`: makes a token by which one person can join the group
//! (docs/contracts/onezone.md#request).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::{Deserialize, Serialize};
use shared::Service;
use shared::api::onezone::{self, Failure, acceptable};
use shared::domain::ids::GroupId;
use shared::domain::invite::IdentityPolicy;
use shared::domain::invitee::Lifetime;
use shared::domain::role::Roles;
use shared::domain::rule::InviteRule;
use shared::domain::text::{ApiData, Metadata};
use shared::engine::{InviteeRequest, LinkRequest, NewInvite};
use shared::http::{
    RequestError, entropy, json, json_or_undeclared, lenient_json, path_parameter, raw_body,
};

/// `GroupInviteTokenRequest`: an object without properties; what stands in it is ignored.
#[derive(Deserialize)]
struct TokenAttributes {}

/// `GroupInviteToken`.
#[derive(Serialize)]
struct TokenBody<'a> {
    token: &'a str,
}

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    onezone::respond(create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = onezone::caller(service, request).await?;
    acceptable(request)?;
    let group = path_parameter(request, "id", GroupId::parse)?;
    if let Err(error) = check_body(request, service.body_limit) {
        // What is wrong with the body is for those to hear who may make tokens here.
        service.engine.check_inviter(&caller, &group, InviteRule::Privilege).await?;
        return Err(error.into());
    }
    let now = service.clock.now();
    let created = service.engine.create_invite(&caller, &new_invite(group), entropy(), now).await?;
    let token = service.engine.macaroon(&created.invite);
    Ok(json(StatusCode::OK, &TokenBody { token: token.expose() }))
}

fn check_body(request: &Request, limit: usize) -> Result<(), RequestError> {
    json_or_undeclared(request)?;
    let body = raw_body(request, limit)?;
    if !body.is_empty() {
        let TokenAttributes {} = lenient_json(body)?;
    }
    Ok(())
}

/// A link for one person, whoever it is.
fn new_invite(group: GroupId) -> NewInvite {
    NewInvite {
        group,
        invitee: InviteeRequest::Link(LinkRequest {
            max_uses: Some(1),
            allowed_domains: Vec::new(),
        }),
        roles: Roles::default(),
        message: None,
        metadata: Metadata::default(),
        lifetime: Lifetime::DEFAULT,
        redirect_url: None,
        notify: false,
        identity_policy: IdentityPolicy::Bearer,
        rule: InviteRule::Privilege,
        api_data: ApiData::default(),
    }
}
