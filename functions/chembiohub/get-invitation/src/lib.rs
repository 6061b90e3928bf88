//! `GET /{namespace}/api/invitations/{invitation}`: one invitation, for who may see it in the list
//! (docs/contracts/chembiohub.md#paths). Every other method comes here too, to be refused as the
//! original does.

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
/// None: every failure is an answer.
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
