//! A server as a process of its own, and the requests to it. Every server is started, asked and
//! ended in the same way, by the same client.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::process::Command;

use super::process::Process;
use crate::fault::Fault;

/// How often a server that starts is asked whether it is up, and for how long.
const LOOK: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after its start a server counts as idle.
const SETTLED: Duration = Duration::from_secs(2);
/// Kept connections are given up before any of the servers closes them (Node's does after 5 s).
const KEPT: Duration = Duration::from_secs(3);

/// A running server. It has ended when this is dropped.
pub(super) struct Server {
    process: Process,
    /// Where it is, without a slash at the end.
    pub(super) url: String,
    /// Asks it.
    pub(super) client: Client,
    /// From its process's start to the first success.
    pub(super) started: Duration,
    /// Its memory in MB before any work.
    pub(super) idle: f64,
}

impl Server {
    /// Starts what `command` says for a free port of 127.0.0.1, and waits until `health` is
    /// answered with a success.
    ///
    /// # Errors
    /// It can't be started, ends, or isn't up in time.
    pub(super) async fn start(
        command: impl FnOnce(u16) -> Command,
        health: &str,
    ) -> Result<Self, Fault> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = command(port);
        let url = format!("http://127.0.0.1:{port}");
        let client = Client::builder().no_proxy().pool_idle_timeout(KEPT).build()?;
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
            if since.elapsed() > PATIENCE || server.process.ended()? {
                return Err(format!("{command:?} doesn't start").into());
            }
            tokio::time::sleep(LOOK).await;
        }
        server.started = since.elapsed();
        tokio::time::sleep(SETTLED).await;
        server.idle = server.memory()?;
        Ok(server)
    }

    /// The URL of this path.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The answer's body and how long it took; it must be a success.
    ///
    /// # Errors
    /// There is no answer, it is none of 2xx, or it isn't JSON.
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

    /// Its memory in MB, the sum over its processes.
    pub(super) fn memory(&self) -> Result<f64, Fault> {
        self.process.memory()
    }
}

/// Runs the requests, so many at once: how long they took altogether, and how long each took.
///
/// # Errors
/// The first that any request has.
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

/// So many a second.
pub(super) fn per_second(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64()
}
