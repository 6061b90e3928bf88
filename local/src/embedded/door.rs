//! Lets only this process in: each call must name the secret in its path.
//!
//! Any program and any web page of this machine can send requests to a loopback port. A page can
//! neither read the secret nor guess it, and never gets a CORS header.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};

use super::engine::Engine;
use super::operations::{TARGET, named};
use crate::message::message;

/// The most bytes of a request, as at DynamoDB.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Returns the routes of the engine.
pub(super) fn router(engine: Engine, secret: String) -> Router {
    Router::new()
        .fallback(call)
        .with_state(engine)
        .layer(from_fn_with_state(Arc::<str>::from(secret), only_this_process))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

async fn only_this_process(
    State(secret): State<Arc<str>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let has_secret = names(request.uri(), &secret);
    // Only browsers send it.
    let is_page = request.headers().contains_key(header::ORIGIN);
    if has_secret && !is_page {
        next.run(request).await
    } else {
        message(StatusCode::FORBIDDEN, "Forbidden")
    }
}

/// Returns whether the path is the secret. The SDK adds a slash.
fn names(uri: &Uri, secret: &str) -> bool {
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let named = path.strip_suffix('/').unwrap_or(path);
    verify_slices_are_equal(named.as_bytes(), secret.as_bytes()).is_ok()
}

async fn call(State(engine): State<Engine>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok());
    engine.answer(named(target.unwrap_or_default()), &body).await.response()
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;
    use lambda_http::Service as _;

    use super::*;

    async fn asked(path: &str, origin: Option<&str>) -> Response<Body> {
        let engine = Engine::new(Database::memory().unwrap(), None, Arc::default());
        let request = Request::post(path)
            .header("x-amz-target", "DynamoDB_20120810.ListTables")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0");
        let request = match origin {
            Some(origin) => request.header(header::ORIGIN, origin),
            None => request,
        };
        let request = request.body(Body::from("{}")).unwrap();
        router(engine, "secret".into()).call(request).await.unwrap()
    }

    #[tokio::test]
    async fn only_calls_with_the_secret_are_answered() {
        for path in ["/secret", "/secret/"] {
            assert_eq!(asked(path, None).await.status(), 200, "{path}");
        }
        for path in ["/", "/secre", "/secret/x", "/x/secret", "/Secret", "//secret", "/secret//"] {
            let refused = asked(path, None).await;
            assert_eq!(refused.status(), 403, "{path}");
        }
        let page = asked("/secret/", Some("https://evil.example")).await;
        assert_eq!(page.status(), 403);
        assert!(!page.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}
