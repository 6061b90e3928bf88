//! `GET /v1/groups/{group}/invites`: lists a group's invites, for members who may invite, as JSON or
//! CSV.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, InviteBody, Problem, RULE, invite_filter, wants_csv};
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
    let (filter, asked) = &invite_filter(request)?;
    let (csv, now) = (wants_csv(request), service.clock.now());
    native::fitting_page(asked.limit, |limit| async move {
        let wanted = (filter, &PageRequest { limit, ..asked.clone() });
        let (page, present) =
            service.engine.list_group_invites(caller, group, RULE, wanted, now).await?;
        if csv {
            let next = page.next_cursor.as_deref();
            return Ok(Ok(native::csv(request, &page.data, next, &present, now)));
        }
        let data: Vec<InviteBody<'_>> =
            page.data.iter().map(|invite| InviteBody::new(invite, &present, now)).collect();
        Ok(native::list(&data, page.next_cursor.as_deref()))
    })
    .await
}
