//! `GET /{namespace}/api/`: lists the endpoints of the API, for everybody. Clients of Tastypie start
//! here (docs/contracts/chembiohub.md#paths).

use std::convert::Infallible;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::chembiohub::{self, EndpointsBody, Failure, answer, at_namespace};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    chembiohub::respond(&request, list(service, &request)).await
}

async fn list(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    at_namespace(service, request)?;
    Ok(answer(StatusCode::OK, &EndpointsBody::new(&service.api.chembiohub_namespace)))
}
