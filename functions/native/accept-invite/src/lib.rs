//! `POST /v1/invites/accept`: makes the caller a member, by token or by group and invite.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::{Deserialize, Serialize};
use shared::Service;
use shared::api::native::{self, InviteBody, InviteName, MemberBody, Problem};
use shared::domain::redirect::RedirectUrl;
use shared::http::{json, json_body, known_query};

#[derive(Deserialize)]
#[serde(transparent)]
struct AcceptBody(InviteName);

/// The answer: the invite, the membership, and where to go next.
#[derive(Serialize)]
struct AcceptedBody<'a> {
    invite: InviteBody<'a>,
    membership: MemberBody<'a>,
    redirect_url: Option<&'a RedirectUrl>,
}

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, accept(service, &request)).await
}

async fn accept(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let AcceptBody(name) = json_body(request, service.body_limit)?;
    let now = service.clock.now();
    let accepted = service.engine.accept_invite(&caller, &name.reference()?, now).await;
    let accepted = service.guarded(request, accepted).await?;
    let body = AcceptedBody {
        invite: InviteBody::for_invitee(&accepted.invite, &caller, now),
        membership: MemberBody::new(&accepted.member),
        redirect_url: accepted.invite.terms.redirect_url.as_ref(),
    };
    Ok(json(StatusCode::OK, &body))
}
