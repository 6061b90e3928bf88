//! `POST /v1/invites/decline`: declines an invite. A token needs no sign-in. A group and an invite
//! id need the invitee's sign-in.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, DeclineBody, DeclinedBody, Problem};
use shared::http::{json, json_body, known_query};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, decline(service, &request)).await
}

async fn decline(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    known_query(request, &[])?;
    let body: DeclineBody = json_body(request, service.body_limit)?;
    let block = body.block();
    let (reference, reason) = body.reference()?;
    let caller = match block {
        // Only a person has something to block for.
        Some(_) => Some(service.caller(request).await?),
        None => native::caller_naming(service, request, &reference).await?,
    };
    let now = service.clock.now();
    let invite =
        service.engine.decline_invite(caller.as_ref(), &reference, reason.as_ref(), now).await;
    let invite = service.guarded(request, invite).await?;
    if let (Some(caller), Some(choice)) = (&caller, block) {
        service.engine.block_sender(caller, &invite, choice, now).await?;
    }
    let present = service.engine.present([&invite]).await?;
    Ok(json(StatusCode::OK, &DeclinedBody::new(&invite, &present, &service.redirects, now)))
}
