//! The routes of the HTTP server: the local ones, and the gateway for all others.

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::demo::GROUP;
use crate::issuer::TokenRequest;
use crate::message::{failed, message};
use crate::pages::{self, StartPage};
use crate::state::{Local, Shared};
use crate::{ses, sign_in};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockRequest {
    advance_seconds: u32,
}

/// Returns the router of all routes.
pub(crate) fn router(local: Shared) -> Router {
    Router::new()
        .route("/", get(start_page))
        // Browsers request it on their own.
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/local/token", post(token))
        .route("/local/jwks.json", get(jwks))
        .route("/local/.well-known/openid-configuration", get(discovery))
        .route("/local/sign-in", get(sign_in::page).post(sign_in::signed_in))
        .route("/local/inbox", get(inbox).delete(empty_inbox))
        .route("/local/clock", post(advance_clock))
        .route("/local/health", get(health))
        .route("/local/pages/{file}", get(pages::file))
        .route("/local/ses/v2/email/outbound-emails", post(ses::send_email))
        .fallback(gateway)
        .layer(from_fn_with_state(local.clone(), only_from_here))
        .with_state(local)
}

/// Refuses requests that a foreign page can make a browser send: those to another host name (DNS
/// rebinding), and cross-site writes to the local routes.
async fn only_from_here(
    State(local): State<Shared>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let headers = request.headers();
    let host = headers
        .get(header::HOST)
        .map(|host| host.to_str().ok().and_then(|host| Url::parse(&format!("http://{host}")).ok()));
    let known = host.is_none_or(|host| host.is_some_and(|host| is_own_host(&local, &host)));
    let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    let local_write =
        request.method() != Method::GET && request.uri().path().starts_with("/local/");
    if !known || (cross_site && local_write) {
        return message(StatusCode::FORBIDDEN, "Forbidden");
    }
    next.run(request).await
}

fn is_own_host(local: &Local, host: &Url) -> bool {
    let name = host.host_str().unwrap_or_default();
    let loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    loopback
        || local
            .origins
            .iter()
            .any(|origin| Url::parse(origin).is_ok_and(|origin| origin.host_str() == Some(name)))
}

async fn gateway(State(local): State<Shared>, request: Request) -> Response<Body> {
    local.gateway.answer(request).await
}

async fn start_page(State(local): State<Shared>) -> Response<Body> {
    pages::start(&StartPage::new(&local.url, local.demo))
}

async fn token(State(local): State<Shared>, body: Bytes) -> Response<Body> {
    let request: TokenRequest = match read(&body) {
        Ok(request) => request,
        Err(problem) => return message(StatusCode::BAD_REQUEST, &problem),
    };
    if request.sub.is_empty() {
        return message(StatusCode::BAD_REQUEST, "sub must not be empty");
    }
    match local.issuer.token(request, local.clock.now()) {
        Ok(token) => ([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response(),
        Err(error) => failed(&error),
    }
}

async fn jwks(State(local): State<Shared>) -> Json<Value> {
    Json(local.issuer.keys())
}

async fn discovery(State(local): State<Shared>) -> Json<Value> {
    Json(local.issuer.discovery())
}

async fn inbox(State(local): State<Shared>, headers: HeaderMap) -> Response<Body> {
    let accept =
        headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let messages = local.inbox.messages();
    if pages::prefers_html(accept) {
        return pages::inbox(&messages);
    }
    (
        [(header::CACHE_CONTROL, "no-store"), (header::VARY, "accept")],
        Json(json!({ "messages": messages })),
    )
        .into_response()
}

async fn empty_inbox(State(local): State<Shared>) -> StatusCode {
    local.inbox.clear();
    StatusCode::NO_CONTENT
}

async fn advance_clock(State(local): State<Shared>, body: Bytes) -> Response<Body> {
    match read::<ClockRequest>(&body) {
        Ok(request) => {
            local.clock.advance(i64::from(request.advance_seconds));
            Json(json!({ "now": local.clock.now().to_string() })).into_response()
        }
        Err(problem) => message(StatusCode::BAD_REQUEST, &problem),
    }
}

async fn health(State(local): State<Shared>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "url": local.url,
        "now": local.clock.now().to_string(),
        "demo_group": local.demo.then_some(GROUP),
        "messages": local.inbox.count(),
        "on_failure": local.on_failure.count(),
    }))
}

/// Parses the body as JSON.
///
/// # Errors
/// A message if the body is not JSON of the expected form.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not valid: {error}"))
}
