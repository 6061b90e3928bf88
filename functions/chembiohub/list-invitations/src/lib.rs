//! `GET /{namespace}/api/invitations/`: lists the invitations that the caller made, and those of
//! projects where the caller is at least an editor (docs/contracts/chembiohub.md#lists).
//!
//! The route also receives every method except POST, and refuses it as the original does.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::chembiohub::{
    self, Failure, InvitationBody, ListQuery, at_namespace, get_of_list, signed_in,
};
use shared::domain::list::WholeList;
use shared::domain::rule::InviteRule;
use shared::http::truncated_unless;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    chembiohub::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    at_namespace(service, request)?;
    get_of_list(request)?;
    let caller = signed_in(service, request).await?;
    let query = ListQuery::read(request)?;
    let WholeList { data: invites, complete } =
        service.engine.all_invitations(&caller, InviteRule::Editors, service.clock.now()).await?;
    let (page, total) = query.page(invites);
    let present = service.engine.present(&page).await?;
    let namespace = &service.api.chembiohub_namespace;
    let objects: Vec<InvitationBody> = page
        .iter()
        .map(|invite| InvitationBody::new(invite, &caller.user, &present, namespace))
        .collect();
    Ok(truncated_unless(complete, query.answer(&objects, total, namespace)))
}
