//! A way to the table on which answers get lost.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use beckon::Options;
use reqwest::Client;
use shared::config::settings;

use super::App;
use super::server::Server;

/// The headers that the engine looks at.
const FORWARDED: [&str; 4] = ["x-amz-target", "x-amz-date", "content-type", "authorization"];

/// Another app's table, reached through a proxy.
pub(crate) struct LossyTable {
    server: Server,
    name: String,
    fault: Arc<Mutex<Option<Fault>>>,
}

/// What happens to requests of an operation.
#[derive(Clone, Copy)]
enum Fault {
    /// The next one is carried out, and its answer is lost.
    Lost(&'static str),
    /// So many don't get as far as the table.
    Refused(&'static str, u32),
}

impl Fault {
    fn operation(self) -> &'static str {
        match self {
            Self::Lost(operation) | Self::Refused(operation, _) => operation,
        }
    }
}

impl LossyTable {
    /// The way to this app's table.
    pub(crate) async fn of(app: &App) -> Self {
        let upstream = app
            .running
            .environment
            .required(settings::AWS_ENDPOINT_URL_DYNAMODB)
            .expect("an endpoint")
            .to_owned();
        let name =
            app.running.environment.required(settings::TABLE_NAME).expect("a table").to_owned();
        let fault: Arc<Mutex<Option<Fault>>> = Arc::default();
        let (client, state) =
            (Client::builder().no_proxy().build().expect("a client"), Arc::clone(&fault));
        let forward = async move |headers: HeaderMap, body: Bytes| {
            answer(&client, &upstream, &state, &headers, body).await
        };
        Self { server: Server::start(Router::new().fallback(forward)).await, name, fault }
    }

    /// Options for a service over this table.
    pub(crate) fn options(&self) -> Options {
        let table = ("TABLE_NAME".into(), self.name.clone());
        Options {
            dynamodb: Some(self.server.url.clone()),
            settings: vec![table],
            ..Options::default()
        }
    }

    /// The next request of this operation is carried out, and its answer is lost.
    pub(crate) fn loses_the_answer_to(&self, operation: &'static str) {
        *self.fault.lock().expect("no panic") = Some(Fault::Lost(operation));
    }

    /// The next `times` requests of this operation are refused: as often as the SDK tries.
    pub(crate) fn refuses(&self, operation: &'static str, times: u32) {
        *self.fault.lock().expect("no panic") = Some(Fault::Refused(operation, times));
    }

    /// Whether the fault that was asked for has come.
    pub(crate) fn has_failed(&self) -> bool {
        self.fault.lock().expect("no panic").is_none()
    }
}

/// The fault that this request meets, which is then used up.
fn met(fault: &Mutex<Option<Fault>>, headers: &HeaderMap) -> Option<Fault> {
    let target =
        headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let mut fault = fault.lock().expect("no panic");
    let found = fault.filter(|fault| target.ends_with(&format!(".{}", fault.operation())))?;
    *fault = match found {
        Fault::Refused(operation, times) if times > 1 => Some(Fault::Refused(operation, times - 1)),
        _ => None,
    };
    Some(found)
}

async fn answer(
    client: &Client,
    upstream: &str,
    fault: &Mutex<Option<Fault>>,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let met = met(fault, headers);
    if !matches!(met, Some(Fault::Refused(..))) {
        let mut request = client.post(upstream).body(body);
        for name in FORWARDED {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.expect("the table answers");
        if met.is_none() {
            let (status, kind) = (answer.status(), answer.headers()[header::CONTENT_TYPE].clone());
            return (status, [(header::CONTENT_TYPE, kind)], answer.bytes().await.expect("a body"))
                .into_response();
        }
    }
    let error =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"a fault"}"#;
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(header::CONTENT_TYPE, "application/x-amz-json-1.0")],
        error,
    )
        .into_response()
}
