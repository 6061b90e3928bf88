//! The routes of the HTTP server: the local ones, and the gateway for all others.

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::demo::EXAMPLE_GROUP;
use crate::faults::Orders;
use crate::issuer::TokenRequest;
use crate::message::{failed, message};
use crate::pages::{self, InboxQuery, StartPage};
use crate::queue::Queue;
use crate::state::{Local, Shared};
use crate::{eventbridge, ses, sign_in, sqs};

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
        .route("/local/inbox/{mail}", get(mail))
        .route("/local/clock", post(advance_clock))
        .route("/local/schedules", post(run_schedules))
        .route("/local/health", get(health))
        .route("/local/pages/{file}", get(pages::file))
        .route("/local/ses", faults(|local| Some(&local.faults)))
        .route("/local/dynamodb", faults(|local| local.table_faults.as_deref()))
        .route("/local/functions", faults(|local| Some(&local.function_faults)))
        .route("/local/ses/v2/email/outbound-emails", post(ses::send_email))
        .route("/local/events", get(events).delete(clear_events))
        .route("/local/queues", get(queues))
        // The SDK adds the slash to the endpoint.
        .route("/local/eventbridge/", post(eventbridge::request))
        .route("/local/sqs/", post(sqs::request))
        .merge(pages::reference())
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
    pages::start(&StartPage::new(&local.url, (&local.app.name, &local.app.url), local.demo))
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

async fn inbox(
    State(local): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let accept =
        headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if pages::prefers_html(accept) {
        let query = InboxQuery::read(query.as_deref().unwrap_or_default());
        return pages::inbox(&local.inbox, &query);
    }
    (
        [(header::CACHE_CONTROL, "no-store"), (header::VARY, "accept")],
        Json(json!({ "messages": local.inbox.messages() })),
    )
        .into_response()
}

/// Answers with the HTML part of a mail, for a frame.
async fn mail(State(local): State<Shared>, Path(id): Path<String>) -> Response<Body> {
    match local.inbox.message(&id).and_then(|mail| mail.html) {
        Some(html) => pages::mail(&html),
        None => message(StatusCode::NOT_FOUND, "there is no such mail, or it has no HTML part"),
    }
}

async fn empty_inbox(State(local): State<Shared>) -> StatusCode {
    local.inbox.clear();
    StatusCode::NO_CONTENT
}

/// Answers with the events that were published, newest first.
async fn events(State(local): State<Shared>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "events": local.bus.events() })))
}

async fn clear_events(State(local): State<Shared>) -> StatusCode {
    local.bus.clear();
    StatusCode::NO_CONTENT
}

/// Answers with the number of messages of each queue, and the messages that were given up.
async fn queues(State(local): State<Shared>) -> Json<Value> {
    let shown = |(name, queue): (&String, &Queue)| {
        (name.clone(), json!({"messages": queue.count(), "given_up": queue.dead()}))
    };
    Json(Value::Object(local.queues.iter().map(shown).collect()))
}

/// Returns the methods of a service's orders to fail: `GET` shows them, `POST` adds one, and `DELETE`
/// ends all. `of` returns `None` if the service takes no orders.
fn faults<F>(of: fn(&Local) -> Option<&Orders<F>>) -> MethodRouter<Shared>
where
    F: Copy + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let shown = move |State(local): State<Shared>| async move {
        match of(&local) {
            Some(orders) => Json(json!({ "faults": orders.all() })).into_response(),
            None => takes_no_orders(),
        }
    };
    let added = move |State(local): State<Shared>, body: Bytes| async move {
        match (of(&local), read(&body)) {
            (None, _) => takes_no_orders(),
            (Some(orders), Ok(order)) => {
                orders.add(order);
                StatusCode::NO_CONTENT.into_response()
            }
            (Some(_), Err(problem)) => message(StatusCode::BAD_REQUEST, &problem),
        }
    };
    let ended = move |State(local): State<Shared>| async move {
        match of(&local) {
            Some(orders) => {
                orders.clear();
                StatusCode::NO_CONTENT.into_response()
            }
            None => takes_no_orders(),
        }
    };
    get(shown).post(added).delete(ended)
}

fn takes_no_orders() -> Response<Body> {
    message(
        StatusCode::CONFLICT,
        "only the embedded DynamoDB fails on demand, not that of --dynamodb",
    )
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

/// Invokes every function that a schedule starts, without waiting for its time. Answers with their
/// answers, by logical id.
async fn run_schedules(State(local): State<Shared>) -> Response<Body> {
    let mut answers = serde_json::Map::new();
    for scheduled in &local.schedules {
        match scheduled.invoke().await {
            Ok((function, answer)) => answers.insert(function, answer),
            Err(error) => return failed(&error),
        };
    }
    Json(Value::Object(answers)).into_response()
}

/// Answers 503 until the demo data exist. The service itself needs its other routes to make them.
async fn health(State(local): State<Shared>) -> (StatusCode, Json<Value>) {
    let (code, status) = match local.ready.get() {
        Some(()) => (StatusCode::OK, "ok"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
    };
    let health = Json(json!({
        "status": status,
        "version": env!("CARGO_PKG_VERSION"),
        "url": local.url,
        "now": local.clock.now().to_string(),
        "demo_group": local.demo.then_some(EXAMPLE_GROUP),
        "messages": local.inbox.count(),
        "on_failure": local.on_failure.count(),
    }));
    (code, health)
}

/// Parses the body as JSON.
///
/// # Errors
/// A message if the body is not JSON of the expected form.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not valid: {error}"))
}
