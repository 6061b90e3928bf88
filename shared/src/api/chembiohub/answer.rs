//! Answers with a JSON body, declared as in Tastypie.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::http;

/// The media type of JSON bodies.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// Returns an answer with `value` as its JSON body.
pub fn answer<T: Serialize>(status: StatusCode, value: &T) -> Response<Body> {
    http::respond(status, JSON, Body::Text(serde_json::to_string(value).unwrap_or_default()))
}
