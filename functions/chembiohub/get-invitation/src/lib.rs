//! `GET /{namespace}/api/invitations/{invitation}`: returns an invitation that the caller may see
//! in the list (docs/contracts/chembiohub.md#paths).
//!
//! The route also receives every other method, and refuses it as the original does.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::chembiohub::{
    self, Failure, InvitationBody, answer, at_namespace, detail_id, get_of_one, inviters, signed_in,
};
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
    let invite =
        service.engine.find_invitation(&caller, detail_id(request)?, InviteRule::Editors).await?;
    let users = service.engine.users(&inviters(std::slice::from_ref(&invite))).await?;
    Ok(answer(
        StatusCode::OK,
        &InvitationBody::new(&invite, &caller.user, &users, &service.api.chembiohub_namespace),
    ))
}
