//! A server in its own process, and requests to it. All products are started, called and ended in
//! the same way by the same client.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::process::Command;

use super::process::Process;
use crate::fault::Fault;

/// How often, and how long, a starting server is checked.
const POLL: Duration = Duration::from_millis(2);
const START_LIMIT: Duration = Duration::from_secs(60);
/// The time after its start at which a server is idle.
const IDLE_AFTER: Duration = Duration::from_secs(2);
/// Idle connections are closed before any of the servers closes them, which Node's does after 5 s.
const IDLE_CONNECTION: Duration = Duration::from_secs(3);

/// A running server. Dropping it ends the server.
pub(super) struct Server {
    process: Process,
    /// The base URL, without a trailing slash.
    pub(super) url: String,
    /// The HTTP client for requests to it.
    pub(super) client: Client,
    /// The time from the start of its process to the first success.
    pub(super) started: Duration,
    /// Its memory in MB before any work.
    pub(super) idle: f64,
}

impl Server {
    /// Starts `command` with a free port of 127.0.0.1, and waits until `health` answers with a
    /// success.
    ///
    /// # Errors
    /// A `Fault` if the server cannot be started, ends, or is not ready in time.
    pub(super) async fn start(
        command: impl FnOnce(u16) -> Command,
        health: &str,
    ) -> Result<Self, Fault> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = command(port);
        let url = format!("http://127.0.0.1:{port}");
        let client = Client::builder().no_proxy().pool_idle_timeout(IDLE_CONNECTION).build()?;
        let since = Instant::now();
        let process = Process::start(&mut command)?;
        let mut server = Self { process, url, client, started: Duration::ZERO, idle: 0.0 };
        while !server
            .client
            .get(server.at(health))
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            if since.elapsed() > START_LIMIT || server.process.ended()? {
                return Err(format!("{command:?} did not start").into());
            }
            tokio::time::sleep(POLL).await;
        }
        server.started = since.elapsed();
        tokio::time::sleep(IDLE_AFTER).await;
        server.idle = server.memory()?;
        Ok(server)
    }

    /// Returns the URL of this path.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Sends the request. Returns the answer's body and how long it took.
    ///
    /// # Errors
    /// A `Fault` if there is no answer, its status is not 2xx, or its body is not JSON.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<(Value, Duration), Fault> {
        let since = Instant::now();
        let answer = request.send().await?;
        let (status, path) = (answer.status(), answer.url().path().to_owned());
        let text = answer.text().await?;
        let took = since.elapsed();
        if !status.is_success() {
            return Err(format!("{path}: {status}: {text}").into());
        }
        Ok((if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? }, took))
    }

    /// Returns the memory of its processes in MB.
    pub(super) fn memory(&self) -> Result<f64, Fault> {
        self.process.memory()
    }
}

/// Runs the requests with `at_once` of them concurrently. Returns the total time and the time of
/// each.
///
/// # Errors
/// The first `Fault` of a request.
pub(super) async fn timed<F>(
    requests: impl Iterator<Item = F>,
    at_once: usize,
) -> Result<(Duration, Vec<Duration>), Fault>
where
    F: Future<Output = Result<Duration, Fault>>,
{
    let since = Instant::now();
    let took = stream::iter(requests).buffer_unordered(at_once).try_collect().await?;
    Ok((since.elapsed(), took))
}

/// Returns the rate per second.
pub(super) fn per_second(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64()
}
