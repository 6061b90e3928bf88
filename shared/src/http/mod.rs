//! Converts API Gateway requests into typed input, and values into responses. The code here is
//! common to all APIs.

mod error;
mod headers;
mod lenient_json;
mod list;
mod multipart;
mod nearest;
mod page;
mod path;
mod raw_body;
mod reply;
mod route;
mod strict_json;
mod watched;

pub use error::{FieldCode, FieldError, RequestError};
pub use headers::{cookie, header};
pub use lenient_json::lenient_json;
pub use list::{MAX_ANSWER, answer_size, fitting, truncated_unless, whole_list};
pub use multipart::multipart_fields;
pub use page::{
    accepted_language, hand_over, plain_page, policy_of_form, policy_of_script, policy_of_style,
    scripted_page, source_hash,
};
pub use path::{
    PathValue, is_tracking, known_query, no_further_path, path_parameter, query_parameter,
    visible_query,
};
pub use raw_body::{declared_as, form_fields, json_or_undeclared, media_type, raw_body};
pub use reply::{Ending, Failure, reply, settle};
pub use route::{Match, RoutePath, segments};
pub use strict_json::{json_body, json_body_if_any, json_object};

use std::net::IpAddr;

use lambda_http::http::{self, HeaderValue, Method, StatusCode};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use serde::Serialize;

/// Returns a JSON response that must not be cached.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response<Body> {
    // Bodies are structs of strings, numbers and maps with string keys, so serialization can't
    // fail.
    let body = serde_json::to_string(value).unwrap_or_default();
    respond(status, "application/json", Body::Text(body))
}

/// Returns a response of this content type that must not be cached.
pub fn respond(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status != StatusCode::NO_CONTENT {
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

/// Returns whether the request is a browser's preflight (CORS), which asks before a request of a page
/// of another origin.
pub fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(http::header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Returns the answer to `OPTIONS` on a path with these methods, separated by commas.
pub fn options(allow: &str) -> Response<Body> {
    allowing(respond(StatusCode::NO_CONTENT, "", Body::Empty), allow)
}

/// Returns the response with the header `Allow`.
pub fn allowing(mut response: Response<Body>, allow: &str) -> Response<Body> {
    // Methods are tokens, which a header may contain.
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(http::header::ALLOW, allow);
    }
    response
}

/// Returns the caller's network as the gateway saw it: an IPv4 address, or the first 64 bits of an
/// IPv6 address, because one subscriber usually has all addresses below them.
pub fn source_network(request: &Request) -> String {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.clone(),
        _ => None,
    };
    match address.as_deref().map(str::parse) {
        Some(Ok(IpAddr::V4(address))) => address.to_string(),
        Some(Ok(IpAddr::V6(address))) => format!("{:x}", u128::from(address) >> 64),
        Some(Err(_)) | None => "unknown".into(),
    }
}

/// Returns 16 bytes of randomness from the operating system, of which 122 bits are random.
/// Endpoints pass no other randomness to the engine.
pub fn entropy() -> [u8; 16] {
    uuid::Uuid::new_v4().into_bytes()
}

/// Returns a random 64-bit number. An id uses 53 bits of it.
pub fn random_number() -> u64 {
    // A version 4 UUID has fixed bits, so the number is taken from its hash.
    let digest = <sha2::Sha256 as sha2::Digest>::digest(entropy());
    digest[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Returns the gateway's id of the request, which the access log also contains.
pub fn request_id(request: &Request) -> String {
    let id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    };
    id.unwrap_or_else(|| "unknown".into())
}
