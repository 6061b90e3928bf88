//! Answers in DynamoDB's media type.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// The media type of requests and answers.
const JSON: &str = "application/x-amz-json-1.0";

/// Returns an answer with this JSON.
pub(super) fn response(status: StatusCode, json: String) -> Response<Body> {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}
