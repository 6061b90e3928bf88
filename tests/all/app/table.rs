//! A way to the table on which answers get lost.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use beckon::Options;
use reqwest::Client;

use super::App;
use super::server::Server;

/// The headers that the engine looks at.
const FORWARDED: [&str; 4] = ["x-amz-target", "x-amz-date", "content-type", "authorization"];

/// Another app's table, reached through a proxy.
pub(crate) struct LossyTable {
    server: Server,
    losing: Arc<Mutex<Option<&'static str>>>,
}

impl LossyTable {
    /// The way to this app's table.
    pub(crate) async fn of(app: &App) -> Self {
        let upstream = app.running.environment.required("AWS_ENDPOINT_URL_DYNAMODB").expect("an endpoint").to_owned();
        let losing: Arc<Mutex<Option<&'static str>>> = Arc::default();
        let (client, state) = (Client::builder().no_proxy().build().expect("a client"), Arc::clone(&losing));
        let forward = async move |headers: HeaderMap, body: Bytes| answer(&client, &upstream, &state, &headers, body).await;
        Self { server: Server::start(Router::new().fallback(forward)).await, losing }
    }

    /// Options for a service over this table.
    pub(crate) fn options(&self) -> Options {
        Options { dynamodb: Some(self.server.url.clone()), ..Options::default() }
    }

    /// The next request of this operation is carried out, and its answer is lost.
    pub(crate) fn loses_the_answer_to(&self, operation: &'static str) {
        *self.losing.lock().expect("no panic") = Some(operation);
    }

    /// Whether an answer was lost since it was asked for.
    pub(crate) fn has_lost(&self) -> bool {
        self.losing.lock().expect("no panic").is_none()
    }
}

async fn answer(client: &Client, upstream: &str, losing: &Mutex<Option<&'static str>>, headers: &HeaderMap, body: Bytes) -> Response {
    let mut request = client.post(upstream).body(body);
    for name in FORWARDED {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.expect("the table answers");
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let body = answer.bytes().await.expect("a body");
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let lost = losing.lock().expect("no panic").take_if(|operation| target.ends_with(&format!(".{operation}"))).is_some();
    if lost {
        let error = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"lost"}"#;
        return (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], error).into_response();
    }
    let kind = kind.expect("a type");
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
