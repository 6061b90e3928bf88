//! `GET /v1/me/invites`: lists the invites to every identity that the access token proves. Without
//! `state`, it lists the pending ones.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, ListBody, Problem, invite_filter};
use shared::domain::invite::State;
use shared::http::json;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    let filter = invite_filter(request, &[State::Pending])?;
    let now = service.clock.now();
    let page = service.engine.list_my_invites(&caller, &filter, now).await?;
    let data =
        page.data.iter().map(|invite| InviteBody::for_invitee(invite, &caller, now)).collect();
    Ok(json(StatusCode::OK, &ListBody::new(data, page.next_cursor)))
}
