//! Answers of one sentence, in the form that API Gateway gives its own errors.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

/// An answer of the gateway's own: `{"message": …}`.
pub(crate) fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({ "message": text }).to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The answer to a request that failed by a fault of this service, which is logged.
pub(crate) fn failed(error: &dyn std::error::Error) -> Response<Body> {
    tracing::error!(%error, "a local route failed");
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}
