//! `GET /GroupV2/User/Potential/{membershipType}/{membershipId}/{filter}/{groupType}/`: lists the
//! groups that an account is invited to (docs/contracts/bungie.md#potential-memberships). Anybody
//! with a key may ask.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::bungie::{
    self, Failure, PotentialMembership, SearchResult, account, anybody, one_of, success,
};

/// `GroupPotentialMemberStatus`, from 0.
const FILTERS: [&str; 3] = ["None", "Applicant", "Invitee"];
/// `GroupType`, from 0.
const GROUP_TYPES: [&str; 2] = ["General", "Clan"];
/// The filter that asks for invites; nobody can ask to join here, so that under the others there is
/// nothing.
const INVITEE: usize = 2;
/// The type of our groups; there are no clans.
const GENERAL: usize = 0;

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    bungie::respond(list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = anybody(service, request).await?;
    let account = account(request)?;
    let filter = one_of(request, "filter", &FILTERS)?;
    let kind = one_of(request, "groupType", &GROUP_TYPES)?;
    if (filter, kind) != (INVITEE, GENERAL) {
        return Ok(success(&SearchResult::<PotentialMembership<'_>>::whole(Vec::new())));
    }
    let found =
        service.engine.account_invites(caller.as_ref(), &account, service.clock.now()).await?;
    let shown = found.invites.iter().filter_map(|(invite, view)| {
        PotentialMembership::new(&account, found.user.as_ref(), invite, view)
    });
    Ok(success(&SearchResult::whole(shown.collect())))
}
