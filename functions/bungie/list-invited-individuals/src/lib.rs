//! `GET /GroupV2/{groupId}/Members/InvitedIndividuals/`: lists a group's pending invites, whichever
//! API created them (docs/contracts/bungie.md#invited-individuals).

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::bungie::{
    self, Application, Failure, RULE, SearchResult, administrator, current_page, group, on_page,
    success,
};
use shared::domain::list::WholeList;
use shared::http::{truncated_unless, whole_list};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    bungie::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = administrator(service, request).await?;
    let group = group(request)?;
    let page = current_page(request)?;
    let now = service.clock.now();
    let WholeList { data: all, complete } =
        service.engine.pending_group_invites(&caller, &group, RULE, now).await?;
    let shown = on_page(&all, page);
    let invitees: Vec<_> = shown.iter().map(|invite| &invite.invitee).collect();
    let users = service.engine.invitee_profiles(&invitees).await?;
    let results: Vec<_> = shown
        .iter()
        .map(|invite| Application::new(invite, users.get(&invite.invitee.key())))
        .collect();
    let answer =
        whole_list(&results, |results| success(&SearchResult::new(results, all.len(), page)));
    Ok(truncated_unless(complete, answer))
}
