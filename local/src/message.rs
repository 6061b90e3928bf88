//! Answers of one sentence, in the format of API Gateway's own errors, and answers that break off.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use futures::stream;
use serde_json::json;

/// Returns an answer of the gateway itself: `{"message": …}`.
pub(crate) fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({ "message": text }).to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Logs a fault of this service and returns the answer to its request.
pub(crate) fn failed(error: &dyn std::error::Error) -> Response<Body> {
    tracing::error!(%error, "a local route failed");
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// Returns an answer whose connection breaks before its body.
pub(crate) fn broken() -> Response<Body> {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::other("reset")) });
    Response::new(Body::from_stream(broken))
}
