//! `POST /user/groups/join`: joins the caller to the group of a token
//! (docs/contracts/onezone.md#joining).

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::onezone::{self, Failure, acceptable, joined, token_of_body};
use shared::engine::InviteRef;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    onezone::respond(&request, join(service, &request)).await
}

async fn join(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = onezone::caller(service, request).await?;
    acceptable(request)?;
    let token = token_of_body(request, service.body_limit)?;
    let reading = service.engine.read_token(&token);
    let now = service.clock.now();
    let accepted = service.engine.accept_invite(&caller, &InviteRef::Token(token), now).await;
    let accepted = service.guarded(request, accepted).await;
    let accepted =
        accepted.map_err(|refusal| Failure::of_joining(refusal, &caller.user, &reading))?;
    joined(&accepted)
}
