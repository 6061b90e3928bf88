//! `GET /group_invites/users/{group_id}`: a group's live invites, for its owners
//! (docs/contracts/evanta.md#other-endpoints).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure, GroupInvitesBody};
use shared::domain::ids::UserId;
use shared::domain::invite::Invite;
use shared::domain::invitee::Invitee;
use shared::domain::rule::InviteRule;
use shared::http::json;

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let group = evanta::group_of_path(request)?;
    let invites = service
        .engine
        .pending_group_invites(&caller, &group, InviteRule::Owners, service.clock.now())
        .await?;
    let users: Vec<UserId> = invites.iter().filter_map(invited_user).cloned().collect();
    let (people, members) =
        tokio::join!(service.engine.users(&users), service.engine.members_among(&group, &users));
    let (people, members) = (people?, members?);
    let invites = invites
        .iter()
        .filter(|invite| invited_user(invite).is_none_or(|user| !members.contains(user)));
    Ok(json(StatusCode::OK, &GroupInvitesBody::new(invites, &people)))
}

fn invited_user(invite: &Invite) -> Option<&UserId> {
    if let Invitee::User(user) = &invite.invitee { Some(user) } else { None }
}
