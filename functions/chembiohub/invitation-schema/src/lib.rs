//! `GET /{namespace}/api/invitations/schema`: returns the schema of an invitation
//! (docs/contracts/chembiohub.md#schema). The answer is JSON, whatever `format` asks for.

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::chembiohub::{self, Failure, answer, at_namespace, schema, signed_in};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    chembiohub::respond(&request, show(service, &request)).await
}

async fn show(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    at_namespace(service, request)?;
    signed_in(service, request).await?;
    Ok(answer(StatusCode::OK, &schema(&service.api.chembiohub_namespace)))
}
