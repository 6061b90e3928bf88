//! `POST /{namespace}/api/invitations/`: invites a person to the platform or to projects on it, or
//! sends a reminder (docs/contracts/chembiohub.md#request).

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::chembiohub::{self, CreatedBody, Failure, Posted, at_namespace, signed_in};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    chembiohub::respond(&request, create(service, &request)).await
}

async fn create(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    at_namespace(service, request)?;
    let caller = signed_in(service, request).await?;
    let posted = Posted::read(request, service.body_limit)?;
    let (new, now) = (posted.invitation(), service.clock.now());
    let invitation =
        service.engine.create_invitation(&caller, &new, shared::http::entropy(), now).await?;
    Ok(CreatedBody::new(&invitation, posted, &caller.user, &service.api.chembiohub_namespace)
        .response())
}
