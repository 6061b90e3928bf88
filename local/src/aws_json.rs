//! AWS's JSON protocol, by which SQS and EventBridge are asked.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Returns the operation that the request names in `x-amz-target`.
pub(crate) fn operation(headers: &HeaderMap) -> Option<&str> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    target.split_once('.').map(|(_, operation)| operation)
}

/// Returns an error with this type.
pub(crate) fn refusal(kind: &str, problem: &str) -> Response {
    let error = Json(json!({"__type": kind, "message": problem}));
    (StatusCode::BAD_REQUEST, error).into_response()
}
