//! Records the answers that tests get, for the checks against the specifications: the published ones
//! (`tests/specs/run`) and our own reference (`tests/reference/run`).

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Url};
use serde_json::json;

use crate::asked::asked;

/// A request, as far as it is recorded. It has no headers, so no credentials.
pub(crate) struct Asked {
    method: Method,
    url: Url,
    body: Option<String>,
}

impl Asked {
    /// Returns what is recorded of the request. A body that is not UTF-8 is left out.
    pub(crate) fn of(request: &Request) -> Self {
        let body = request.body().and_then(reqwest::Body::as_bytes);
        let body = body.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        Self { method: request.method().clone(), url: request.url().clone(), body }
    }
}

/// Appends the answer to the run's records, if `BECKON_ANSWERS` names a folder for them.
pub(crate) fn note(request: &Asked, status: u16, headers: &HeaderMap, body: &str) {
    let Some(folder) = asked("BECKON_ANSWERS").map(PathBuf::from) else { return };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let line = json!({
        "method": request.method.as_str(),
        "path": request.url.path(),
        "query": request.url.query(),
        "request": request.body,
        "status": status,
        "type": header("content-type"),
        "body": body,
    });
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(format!("{}.jsonl", std::process::id())))
        .expect("the file opens");
    // One write, because tests append at the same time.
    file.write_all(format!("{line}\n").as_bytes()).expect("the line is written");
}
