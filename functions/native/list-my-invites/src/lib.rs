//! `GET /v1/me/invites`: lists the invites to every identity that the access token proves. Without
//! `state`, it lists those that the caller can still accept: the pending ones, and those that were
//! declined without a sign-in.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, Problem, inbox_filter};
use shared::domain::list::PageRequest;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = &service.caller(request).await?;
    let (states, asked) = &inbox_filter(request)?;
    let now = service.clock.now();
    native::fitting_page(asked.limit, |limit| async move {
        let asked = &PageRequest { limit, ..asked.clone() };
        let page = service.engine.list_my_invites(caller, states, asked, now).await?;
        let present = service.engine.present(&page.data).await?;
        let body = |invite| InviteBody::for_invitee(invite, &present, caller, now);
        let data: Vec<InviteBody<'_>> = page.data.iter().map(body).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}
