//! A way to table and mail on which each function's accesses are written down: a proxy whose path
//! says which function asks, and what is behind.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use shared::config::{Environment, Setting, settings};
use tests::{access, asked};
use tokio::net::TcpListener;

/// The variables by which functions find what they access.
const ENDPOINTS: [Setting; 2] =
    [settings::AWS_ENDPOINT_URL_DYNAMODB, settings::AWS_ENDPOINT_URL_SESV2];

/// The largest request that DynamoDB takes is 16 MB.
const LARGEST: usize = 16 << 20;

/// The folder that this process's accesses are to be written into.
fn folder() -> Option<PathBuf> {
    asked("BECKON_RECORD").map(PathBuf::from)
}

/// Whether accesses are to be written down.
pub(crate) fn is_asked_for() -> bool {
    folder().is_some()
}

/// The endpoints that this function gets: each leads through the proxy.
pub(crate) fn own_settings(function: &str, environment: &Environment) -> Vec<(String, String)> {
    let through = |setting: Setting| {
        let behind = environment.optional(setting)?.strip_prefix("http://")?;
        Some((setting.name().to_owned(), format!("{}/{function}/{behind}", proxy())))
    };
    ENDPOINTS.into_iter().filter_map(through).collect()
}

/// The one proxy of this process, in a thread of its own because every test has its own runtime.
fn proxy() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let (told, tell) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
                told.send(format!("http://{}", listener.local_addr().expect("an address")))
                    .expect("somebody waits");
                axum::serve(listener, router()).await
            })
        });
        tell.recv().expect("the proxy starts")
    })
}

fn router() -> Router {
    let client = Client::builder().no_proxy().build().expect("a client");
    let seen: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    Router::new().fallback(async move |request: Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, LARGEST).await.expect("a whole request");
        let (function, behind) =
            parts.uri.path()[1..].split_once('/').expect("a function and what is behind");
        for access in access::of_request(
            parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()),
            behind,
            &body,
        ) {
            note(&seen, format!("{function} {access}"));
        }
        forward(&client, behind, &parts.uri, &parts.headers, body).await
    })
}

fn note(seen: &Mutex<BTreeSet<String>>, line: String) {
    let mut seen = seen.lock().expect("no panic");
    if seen.contains(&line) {
        return;
    }
    let folder = folder().expect("a folder");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(format!("{}.txt", std::process::id())))
        .expect("a file");
    writeln!(file, "{line}").expect("written");
    seen.insert(line);
}

/// What is behind answers, also when the answer is that it doesn't.
async fn forward(
    client: &Client,
    behind: &str,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut headers = headers.clone();
    for own in ["host", "content-length"] {
        headers.remove(own);
    }
    let Ok(answer) =
        client.post(format!("http://{behind}{query}")).headers(headers).body(body).send().await
    else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    for own in ["content-length", "transfer-encoding", "connection"] {
        headers.remove(own);
    }
    (status, headers, answer.bytes().await.unwrap_or_default()).into_response()
}
