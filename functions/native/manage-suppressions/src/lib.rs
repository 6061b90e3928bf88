//! `GET` and `DELETE /v1/suppressions/{email}`: why an address gets no mail, and allowing it again.

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use shared::Service;
use shared::api::native::{self, Code, Problem, SuppressionBody, address_of_path};
use shared::http::{json, known_query, respond};

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    native::respond(&request, dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Problem> {
    let caller = service.caller(request).await?;
    known_query(request, &[])?;
    let address = address_of_path(request)?;
    if *request.method() == Method::DELETE {
        service.engine.allow_mails(&caller, &address).await?;
        return Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty));
    }
    match service.engine.suppression(&caller, &address).await? {
        Some(suppression) => Ok(json(StatusCode::OK, &SuppressionBody::new(&address, suppression))),
        None => Err(Problem::new(Code::SuppressionNotFound, "This address is not suppressed.")),
    }
}
