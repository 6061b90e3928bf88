//! `GET /GroupV2/User/Potential/{membershipType}/{membershipId}/{filter}/{groupType}/`: lists the
//! groups that an account is invited to (docs/contracts/bungie.md#potential-memberships). The
//! caller needs an API key only.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::bungie::{
    self, Failure, PotentialMembership, SearchResult, account, anybody, asks_for_invites, success,
};
use shared::http::{truncated_unless, whole_list};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    bungie::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = anybody(service, request).await?;
    let account = account(request)?;
    if !asks_for_invites(request)? {
        return Ok(success(&SearchResult::<PotentialMembership<'_>>::whole(&[], 0)));
    }
    let found =
        service.engine.account_invites(caller.as_ref(), &account, service.clock.now()).await?;
    let shown = found.invites.iter().filter_map(|(invite, view)| {
        PotentialMembership::new(&account, found.user.as_ref(), invite, view)
    });
    let shown: Vec<PotentialMembership<'_>> = shown.collect();
    let total = shown.len();
    let answer = whole_list(&shown, |shown| success(&SearchResult::whole(shown, total)));
    Ok(truncated_unless(found.complete, answer))
}
