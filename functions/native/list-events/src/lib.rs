//! `GET /v1/groups/{group}/events`: lists what happened in a group, for its owners and admins.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, Problem, event_filter};
use shared::domain::event::EventBody;
use shared::domain::ids::GroupId;
use shared::domain::list::PageRequest;
use shared::http::path_parameter;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = &service.caller(request).await?;
    let group = &path_parameter(request, "group", GroupId::parse)?;
    let (filter, asked) = &event_filter(request)?;
    native::fitting_page(asked.limit, |limit| async move {
        let asked = &PageRequest { limit, ..asked.clone() };
        let page = service.engine.list_events(caller, group, filter, asked).await?;
        let data: Vec<EventBody<'_>> = page.data.iter().map(EventBody::from).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}
