//! `POST /me/groups/{group}/invites`: makes one invite and gives its link (contract rownd 1.1 and
//! 1.2).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::rownd::{self, CreatedBody, Failure, InviteInput, RULE, body, with_phone_as_sent};
use shared::auth::Caller;
use shared::domain::clock::Timestamp;
use shared::domain::ids::{GroupId, InviteId};
use shared::domain::invite::{Invite, State};
use shared::engine::{Created, NewInvite, Outcome, Refusal};
use shared::http::{json, path_parameter};

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let input: InviteInput = body(request, service.body_limit)?;
    let new = input.new_invite(group, &service.redirect_origins)?;
    let now = service.clock.now();
    let created =
        match service.engine.create_invite(&caller, &new, shared::http::entropy(), now).await {
            Err(Refusal::AlreadyPending(id)) => again(service, &caller, &new, id, now).await?,
            created => created?,
        };
    let known = service.engine.invitee_ids(std::slice::from_ref(&created.invite)).await?;
    Ok(json(StatusCode::OK, &CreatedBody::new(&created, &service.public_url, &known, now)))
}

/// The live invite of before, where it is the one that is asked for: calling twice is safe
/// (contract rownd, Decisions).
async fn again(
    service: &Service,
    caller: &Caller,
    new: &NewInvite,
    id: InviteId,
    now: Timestamp,
) -> Outcome<Created> {
    let invite = service.engine.get_invite(caller, &new.group, id, RULE).await?;
    if invite.state(now) == State::Pending && is_same(&invite, new) {
        Ok(Created {
            token: service.engine.token(&invite),
            invite: with_phone_as_sent(invite, new),
        })
    } else {
        Err(Refusal::AlreadyPending(id))
    }
}

/// Whether the invite grants what is asked for and leads where it should; the order of roles says
/// nothing.
fn is_same(invite: &Invite, new: &NewInvite) -> bool {
    let sorted = |roles: &shared::domain::role::Roles| {
        let mut names: Vec<String> = roles.names().map(str::to_owned).collect();
        names.sort_unstable();
        names
    };
    sorted(&invite.roles) == sorted(&new.roles) && invite.redirect_url == new.redirect_url
}
