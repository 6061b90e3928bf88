//! `GET /group_invites/groups`: the caller's live invites, however they are addressed
//! (docs/contracts/evanta.md#other-endpoints).

use std::collections::BTreeMap;
use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::evanta::{self, Failure, MyInvitesBody};
use shared::domain::ids::{GroupId, UserId};
use shared::engine::GroupView;
use shared::http::json;

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    evanta::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = evanta::caller(service, request).await?;
    let invites = service.engine.own_pending_invites(&caller, service.clock.now()).await?;
    let mut ids: Vec<GroupId> = invites.iter().map(|invite| invite.group.clone()).collect();
    ids.sort();
    ids.dedup();
    let groups = service.engine.find_groups(&caller, &ids).await?;
    let mut owners: Vec<UserId> =
        groups.iter().filter_map(|view| view.group.owner.clone()).collect();
    owners.sort();
    owners.dedup();
    let people = service.engine.users(&owners).await?;
    let groups: BTreeMap<GroupId, GroupView> =
        groups.into_iter().map(|view| (view.group.id.clone(), view)).collect();
    Ok(json(StatusCode::OK, &MyInvitesBody::new(&caller, &invites, &groups, &people)))
}
