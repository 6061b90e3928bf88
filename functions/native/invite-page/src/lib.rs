pub mod page;
use std::convert::Infallible;
use lambda_http::{Body, Request, Response};
use shared::Service;
pub async fn handle(_service: &Service, _request: Request) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::Empty))
}
