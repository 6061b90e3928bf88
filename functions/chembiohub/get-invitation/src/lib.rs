//! `GET /{namespace}/api/invitations/{invitation}`: returns an invitation that the caller may see
//! in the list, and `…/set/{invitations}` several of them (docs/contracts/chembiohub.md#paths).
//!
//! The first route also receives every other method, and refuses it as the original does.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::chembiohub::{
    self, Failure, InvitationBody, SetBody, SetIds, answer, at_namespace, detail_id, get_of_one,
    signed_in,
};
use shared::auth::Caller;
use shared::domain::rule::InviteRule;

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    chembiohub::respond(&request, get(service, &request)).await
}

async fn get(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    at_namespace(service, request)?;
    get_of_one(request)?;
    let caller = signed_in(service, request).await?;
    if let Some(ids) = SetIds::read(request)? {
        return get_set(service, &caller, &ids).await;
    }
    let (invite, present) =
        service.engine.find_invitation(&caller, detail_id(request)?, InviteRule::Editors).await?;
    Ok(answer(
        StatusCode::OK,
        &InvitationBody::new(&invite, &caller.user, &present, &service.api.chembiohub_namespace),
    ))
}

async fn get_set(
    service: &Service,
    caller: &Caller,
    ids: &SetIds,
) -> Result<Response<Body>, Failure> {
    let (found, present) =
        service.engine.find_invitations(caller, &ids.valid(), InviteRule::Editors).await?;
    let namespace = &service.api.chembiohub_namespace;
    Ok(answer(StatusCode::OK, &SetBody::new(ids, &found, &caller.user, &present, namespace)))
}
