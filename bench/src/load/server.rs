//! A server as a process of its own, and the requests to it. Every server is started, asked and ended in the same way, by the same client.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{Fault, report};

/// How often a server that starts is asked whether it is up, and for how long.
const LOOK: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after its start a server counts as idle.
const SETTLED: Duration = Duration::from_secs(2);
/// Kept connections are given up before any of the servers closes them (Node's does after 5 s).
const KEPT: Duration = Duration::from_secs(3);

/// A running server.
pub(super) struct Server {
    child: Child,
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
    /// Starts what `command` says for a free port of 127.0.0.1, and waits until `health` is answered with a success.
    ///
    /// # Errors
    /// It can't be started, ends, or isn't up in time.
    pub(super) async fn start(command: impl FnOnce(u16) -> Command, health: &str) -> Result<Self, Fault> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = command(port);
        let url = format!("http://127.0.0.1:{port}");
        let client = Client::builder().no_proxy().pool_idle_timeout(KEPT).build()?;
        let since = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let mut server = Self { child, url, client, started: Duration::ZERO, idle: 0.0 };
        while !server.client.get(server.at(health)).send().await.is_ok_and(|answer| answer.status().is_success()) {
            if since.elapsed() > PATIENCE || server.child.try_wait()?.is_some() {
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

    /// Resident memory in MB, the sum over its processes.
    pub(super) fn memory(&self) -> Result<f64, Fault> {
        processes(self.child.id().ok_or("the server has ended")?)
    }

    /// Ends it and waits until it has ended.
    pub(super) async fn stop(mut self) -> Result<(), Fault> {
        self.end();
        self.child.wait().await?;
        Ok(())
    }

    /// Asks it to end: gunicorn's workers outlive a master that is killed.
    fn end(&self) {
        if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ended = kill_process(id, Signal::TERM);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Resident memory in MB of this process and of all that descend from it.
fn processes(id: u32) -> Result<f64, Fault> {
    let folder = PathBuf::from(format!("/proc/{id}"));
    let mut sum = report::memory(&folder, "VmRSS:")?;
    for thread in std::fs::read_dir(folder.join("task"))? {
        let children = std::fs::read_to_string(thread?.path().join("children"))?;
        for child in children.split_whitespace() {
            sum += processes(child.parse()?)?;
        }
    }
    Ok(sum)
}

/// Runs the requests, so many at once: how long they took altogether, and how long each took.
///
/// # Errors
/// The first that any request has.
pub(super) async fn timed<F>(requests: impl Iterator<Item = F>, at_once: usize) -> Result<(Duration, Vec<Duration>), Fault>
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

/// A new folder for data, which goes with this.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it among the system's temporary files.
    pub(super) fn new() -> Result<Self, Fault> {
        let folder = std::env::temp_dir().join(format!("beckon-load-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("bench: {}: {error}", self.0.display());
        }
    }
}
