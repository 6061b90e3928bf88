//! The engine's answers, and their form in HTTP.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use crate::message::broken;

/// The media type of requests and answers.
const JSON: &str = "application/x-amz-json-1.0";

/// The engine's answer to a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// A status and JSON.
    Json(StatusCode, String),
    /// The connection breaks before the answer.
    Reset,
}

impl Answer {
    /// Returns the answer as an HTTP response.
    pub(super) fn response(self) -> Response<Body> {
        match self {
            Self::Json(status, json) => {
                let mut response = Response::new(Body::from(json));
                *response.status_mut() = status;
                let kind = HeaderValue::from_static(JSON);
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            Self::Reset => broken(),
        }
    }
}
