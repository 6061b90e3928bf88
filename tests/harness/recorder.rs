//! A way to table and mail on which each function's accesses are written down: a proxy whose path
//! names the function that calls, and the host that it calls.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use shared::config::{Environment, Setting, settings};

use crate::access;
use crate::asked::asked;
use crate::proxy::{Call, Proxy, Reply};

/// The variables by which functions find what they access.
const ENDPOINTS: [Setting; 2] =
    [settings::AWS_ENDPOINT_URL_DYNAMODB, settings::AWS_ENDPOINT_URL_SESV2];

/// Returns the folder that this process's accesses are to be written into.
fn folder() -> Option<PathBuf> {
    asked("BECKON_RECORD").map(PathBuf::from)
}

/// Returns whether accesses are to be written down.
pub(crate) fn is_asked_for() -> bool {
    folder().is_some()
}

/// Returns the endpoints for this function. Each leads through the proxy.
pub(crate) fn own_settings(function: &str, environment: &Environment) -> Vec<(String, String)> {
    let through = |setting: Setting| {
        let behind = environment.optional(setting)?.strip_prefix("http://")?;
        Some((setting.name().to_owned(), format!("{}/{function}/{behind}", proxy())))
    };
    ENDPOINTS.into_iter().filter_map(through).collect()
}

/// Returns the URL of this process's one proxy. It has a thread of its own because every test has
/// its own runtime.
fn proxy() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let seen: Arc<Mutex<BTreeSet<String>>> = Arc::default();
                let proxy = Proxy::start(move |call| recorded(Arc::clone(&seen), call)).await;
                tell.send(proxy.url.clone()).expect("a test waits");
                std::future::pending::<()>().await;
            });
        });
        told.recv().expect("the proxy starts")
    })
}

/// Notes what the call accesses, and forwards it.
async fn recorded(seen: Arc<Mutex<BTreeSet<String>>>, call: Call) -> Result<Reply, reqwest::Error> {
    let path = call.path.clone();
    let (function, behind) = path[1..].split_once('/').expect("a function and what is behind");
    for access in access::of_request(call.target(), behind, &call.body) {
        note(&seen, format!("{function} {access}"));
    }
    call.forward_to("http://", behind).await
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
