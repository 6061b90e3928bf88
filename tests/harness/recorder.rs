//! A proxy in front of the table, SES, EventBridge and SQS that records the accesses of each function.
//!
//! The path of each call names the calling function and the host that it calls.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use shared::config::{Environment, Setting, settings};

use crate::access;
use crate::asked::asked;
use crate::proxy::{Call, Proxy, Reply};

/// The settings that hold the endpoints of the table, SES, EventBridge and SQS.
const ENDPOINTS: [Setting; 4] = [
    settings::AWS_ENDPOINT_URL_DYNAMODB,
    settings::AWS_ENDPOINT_URL_SESV2,
    settings::AWS_ENDPOINT_URL_EVENTBRIDGE,
    settings::AWS_ENDPOINT_URL_SQS,
];

/// Returns the folder for the records of this process; `None` if the run records nothing.
fn folder() -> Option<PathBuf> {
    asked("BECKON_RECORD").map(PathBuf::from)
}

/// Returns whether this run records accesses.
pub(crate) fn is_asked_for() -> bool {
    folder().is_some()
}

/// Returns the endpoints for this function, which lead through the proxy.
pub(crate) fn own_settings(function: &str, environment: &Environment) -> Vec<(String, String)> {
    let through = |setting: Setting| {
        let behind = environment.optional(setting)?.strip_prefix("http://")?;
        Some((setting.name().to_owned(), format!("{}/{function}/{behind}", proxy())))
    };
    ENDPOINTS.into_iter().filter_map(through).collect()
}

/// Returns the URL of the process's only proxy. The proxy has its own thread, because every test
/// has its own runtime.
fn proxy() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("the runtime starts");
            runtime.block_on(async move {
                let seen: Arc<Mutex<BTreeSet<String>>> = Arc::default();
                let proxy = Proxy::start(move |call| recorded(Arc::clone(&seen), call)).await;
                tell.send(proxy.url.clone()).expect("a test waits for the URL");
                std::future::pending::<()>().await;
            });
        });
        told.recv().expect("the proxy starts")
    })
}

/// Records the accesses of the call, and forwards the call.
async fn recorded(seen: Arc<Mutex<BTreeSet<String>>>, call: Call) -> Result<Reply, reqwest::Error> {
    let path = call.path.clone();
    let (function, behind) =
        path[1..].split_once('/').expect("the path names a function and a host");
    for access in access::of_request(call.target(), behind, &call.body) {
        note(&seen, format!("{function} {access}"));
    }
    call.forward_to("http://", behind).await
}

fn note(seen: &Mutex<BTreeSet<String>>, line: String) {
    let mut seen = seen.lock().expect("the lock is not poisoned");
    if seen.contains(&line) {
        return;
    }
    let folder = folder().expect("the run records accesses");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(format!("{}.txt", std::process::id())))
        .expect("the file opens");
    writeln!(file, "{line}").expect("the line is written");
    seen.insert(line);
}
