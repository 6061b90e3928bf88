//! `POST /v1/invites/decline`: says no. By token no account is needed; by group and invite it takes
//! the person invited.

use std::convert::Infallible;

use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::{Deserialize, Serialize};
use shared::Service;
use shared::api::native::{self, InviteName, PreviewBody, Problem};
use shared::domain::ids::{GroupId, InviteId};
use shared::domain::text::Message;
use shared::engine::InviteRef;
use shared::http::{json, json_body, known_query};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclineBody {
    token: Option<String>,
    group: Option<GroupId>,
    invite: Option<InviteId>,
    reason: Option<Message>,
}

/// The answer: no more than a link's holder may see.
#[derive(Serialize)]
struct DeclinedBody<'a> {
    invite: PreviewBody<'a>,
}

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, decline(service, &request)).await
}

async fn decline(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let body: DeclineBody = json_body(request, service.body_limit)?;
    let reference =
        InviteName { token: body.token, group: body.group, invite: body.invite }.reference()?;
    let signed_in = request.headers().contains_key(header::AUTHORIZATION);
    let caller = if signed_in || matches!(reference, InviteRef::Id(..)) {
        Some(service.caller(request).await?)
    } else {
        None
    };
    let now = service.clock.now();
    let invite =
        service.engine.decline_invite(caller.as_ref(), &reference, body.reason.as_ref(), now).await;
    let invite = service.guarded(request, invite).await?;
    Ok(json(
        StatusCode::OK,
        &DeclinedBody { invite: PreviewBody::of(&invite, &invite.group_name, invite.state(now)) },
    ))
}
