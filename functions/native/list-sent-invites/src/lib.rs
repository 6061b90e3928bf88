//! `GET /v1/me/sent-invites`: lists the invites that the caller sent, across groups.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, Problem, ordered_page};
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
    let asked = &ordered_page(request)?;
    let now = service.clock.now();
    native::fitting_page(asked.limit, |limit| async move {
        let asked = &PageRequest { limit, ..asked.clone() };
        let page = service.engine.list_sent_invites(caller, asked).await?;
        let present = service.engine.present(&page.data).await?;
        let data: Vec<InviteBody<'_>> =
            page.data.iter().map(|invite| InviteBody::new(invite, &present, now)).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}
