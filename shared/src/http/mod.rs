//! From an API Gateway request to typed input, and from a value to a response. No API's shape
//! stands here.

mod error;
mod headers;
mod lenient_json;
mod path;
mod raw_body;
mod strict_json;

pub use error::{FieldError, RequestError};
pub use headers::{cookie, header};
pub use lenient_json::lenient_json;
pub use path::{known_query, no_further_path, path_parameter, query_parameter};
pub use raw_body::{form_fields, json_or_undeclared, media_type, raw_body};
pub use strict_json::json_body;

use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use lambda_http::http::{self, HeaderValue, StatusCode};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use serde::Serialize;

use crate::engine::Refusal;
use crate::store::StoreError;

/// How long an endpoint may take; below the function's own timeout, which would give an answer that
/// is not ours.
const DEADLINE: Duration = Duration::from_secs(8);

/// What `answer` gives, if it comes in time and does not panic. A panic is an API's own 500 so, and
/// not the gateway's; it does not end the process, whose next request is served. Where it happened
/// is logged by the hook of [`crate::telemetry::init`].
///
/// # Errors
/// Its own, `Unavailable` where it does not come in time, `Internal` where it panics.
pub async fn deadline<T, E: From<Refusal>>(
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let late = |_| {
        Err(Refusal::Unavailable(StoreError::Unavailable("no answer before the deadline".into()))
            .into())
    };
    let panicked =
        |_| Err(Refusal::Internal(StoreError::Abandoned("the endpoint panicked")).into());
    // What a request shares with the next ones is connections and keys, and both keep whole
    // whenever a request ends.
    let answer =
        AssertUnwindSafe(answer).catch_unwind().map(|answer| answer.unwrap_or_else(panicked));
    tokio::time::timeout(DEADLINE, answer).await.unwrap_or_else(late)
}

/// A JSON response that no cache keeps.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response<Body> {
    // Our bodies are structs of strings, numbers and maps of strings: they always serialise.
    let body = serde_json::to_string(value).unwrap_or_default();
    respond(status, "application/json", Body::Text(body))
}

/// A response that no cache keeps, with a body of this type.
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

/// The caller's network, as the gateway saw it: an IPv4 address, or the 64 bits of an IPv6 address
/// that one subscriber has.
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

/// Sixteen random bytes of the operating system: the one source of randomness that endpoints hand
/// to the engine.
pub fn entropy() -> [u8; 16] {
    uuid::Uuid::new_v4().into_bytes()
}

/// A random number of 64 bits, of which 53 are fit to be an id.
pub fn random_number() -> u64 {
    // A version 4 UUID has fixed bits; a hash of it has none.
    let digest = <sha2::Sha256 as sha2::Digest>::digest(entropy());
    digest[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The gateway's id of the request, which its access log has too.
pub fn request_id(request: &Request) -> String {
    let id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    };
    id.unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn panics() -> Result<u8, Refusal> {
        tokio::task::yield_now().await;
        panic!("ada@example.com")
    }

    #[tokio::test]
    async fn a_panic_is_a_mistake_of_ours_and_the_next_answer_comes() {
        let refusal = deadline(panics()).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Internal(StoreError::Abandoned(_))), "{refusal:?}");
        assert!(!format!("{refusal:?}").contains("ada"));
        assert_eq!(deadline(async { Ok::<_, Refusal>(1) }).await.unwrap(), 1);
    }
}
