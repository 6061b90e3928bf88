//! Reads the request to join by a token, and renders its answer.

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::Deserialize;
use serde_json::Value;

use super::Failure;
use crate::engine::Accepted;
use crate::http::{json_or_undeclared, lenient_json, raw_body, respond};

/// The body of `POST /user/groups/join`.
#[derive(Deserialize)]
struct JoinBody {
    token: Option<Value>,
}

/// Reads the token from the body, without blanks and line ends around it.
///
/// # Errors
/// - 415 if the declared media type is not JSON.
/// - 413 if the body has more than `limit` bytes.
/// - 400 if the body is not a JSON object, or its token is absent or not a text.
pub fn token_of_body(request: &Request, limit: usize) -> Result<String, Failure> {
    json_or_undeclared(request)?;
    let body = raw_body(request, limit)?;
    let JoinBody { token } = lenient_json(if body.is_empty() { b"{}" } else { body })?;
    match token {
        Some(Value::String(token)) => Ok(token.trim().to_owned()),
        Some(_) => Err(Failure::bad_token()),
        None => Err(Failure::missing_token()),
    }
}

/// Returns the answer to a caller who has joined: no body, and the address of the membership.
///
/// # Errors
/// 400 if the caller had already joined by this token, because this API accepts a token only once.
pub fn joined(accepted: &Accepted) -> Result<Response<Body>, Failure> {
    let group = &accepted.invite.group;
    if accepted.repeated {
        return Err(Failure::already_member(&accepted.member.user, group));
    }
    let mut response = respond(StatusCode::CREATED, "", Body::Empty);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    let location = HeaderValue::from_str(&format!("/user/groups/{group}"));
    headers.extend(location.ok().map(|location| (header::LOCATION, location)));
    Ok(response)
}
