//! `POST /group_invites`: a group's owner invites a user (contract evanta 0.1 to 0.3).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, CreatedBody, Failure, InviteForm, UserBody};
use shared::domain::ids::{GroupId, UserId};
use shared::domain::invite::IdentityPolicy;
use shared::domain::invitee::Lifetime;
use shared::domain::role::Roles;
use shared::domain::rule::InviteRule;
use shared::domain::text::{ApiData, Metadata};
use shared::engine::{InviteeRequest, NewInvite};
use shared::http::{entropy, json};

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let fields = evanta::fields::<InviteForm>(request, service.body_limit)?;
    let group = fields.group()?;
    let user = match fields.user() {
        Ok(user) => user,
        // Authority comes before the directory, also for an id that cannot be one.
        Err(failure) => {
            service.engine.check_inviter(&caller, &group, InviteRule::Owners).await?;
            return Err(failure);
        }
    };
    // Read before the write, because nothing may fail after it. Only the engine decides: authority
    // comes before the directory.
    let seen = match evanta::see(service, &caller, &group, std::slice::from_ref(&user)).await {
        Ok(seen) => Some(seen),
        Err(Failure::NotFound) => None,
        Err(failure) => return Err(failure),
    };
    let created = service
        .engine
        .create_invite(&caller, &new_invite(group, user.clone()), entropy(), service.clock.now())
        .await?;
    let seen = seen.ok_or(Failure::NotFound)?;
    let invited = seen.people.get(&user).ok_or(Failure::NotFound)?;
    Ok(json(
        StatusCode::CREATED,
        &CreatedBody::new(created.invite.id, UserBody::new(invited), seen.body()),
    ))
}

/// An ordinary invite, told by mail where the user's profile has an address (contract evanta,
/// "Decisions").
fn new_invite(group: GroupId, user: UserId) -> NewInvite {
    NewInvite {
        group,
        invitee: InviteeRequest::User(user),
        roles: Roles::default(),
        message: None,
        metadata: Metadata::default(),
        lifetime: Lifetime::DEFAULT,
        redirect_url: None,
        notify: true,
        identity_policy: IdentityPolicy::Strict,
        rule: InviteRule::Owners,
        api_data: ApiData::default(),
    }
}
