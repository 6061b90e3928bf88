//! `bench load`: the local service's release binary over HTTP: create, list and accept, one at a time and sixteen at once, with more and more invites
//! stored; how long it takes to start, and how much memory it has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::{Fault, report};

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// How many invites are stored at the most; the steps are powers of ten from 1,000 on
    #[arg(long, default_value_t = 100_000)]
    invites: usize,
    /// Requests of each kind at each step; accepts are a quarter of it
    #[arg(long, default_value_t = 800)]
    requests: usize,
    /// Where the data are: in memory, or in a file on which each write waits for the disk
    #[arg(long, value_delimiter = ',', default_value = "memory,file")]
    data: Vec<String>,
    /// The local service
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/beckon"))]
    binary: PathBuf,
}

/// So many invites go to one group.
const PER_GROUP: usize = 100;
/// Requests at once while the table is filled.
const FILLING: usize = 16;
/// How long after its start the service counts as idle.
const SETTLED: Duration = Duration::from_secs(2);

/// One line of the table.
struct Row {
    data: String,
    stored: usize,
    operation: &'static str,
    at_once: usize,
    per_second: f64,
    p50: f64,
    p99: f64,
}

/// A running service.
struct Service {
    child: Child,
    url: String,
    client: Client,
    owner: String,
    started: Duration,
    idle: f64,
}

impl Service {
    async fn start(binary: &Path, data: Option<&Path>) -> Result<Self, Fault> {
        let mut command = Command::new(binary);
        let limits = ["LIMIT_INVITES_PER_INVITER_HOUR=1000000000", "LIMIT_PENDING_PER_GROUP=10000"];
        command.args(["--port", "0", "--no-demo", "--set", limits[0], "--set", limits[1]]);
        if let Some(file) = data {
            command.arg("--data").arg(file);
        }
        let client = Client::builder().no_proxy().build()?;
        let since = Instant::now();
        let mut child =
            command.stdout(Stdio::piped()).kill_on_drop(true).spawn().map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let line = lines.next_line().await?.unwrap_or_default();
        let url = line.strip_prefix("listening on ").ok_or("the service doesn't say where it is")?.to_owned();
        client.get(format!("{url}/local/health")).send().await?.error_for_status()?;
        let started = since.elapsed();
        tokio::time::sleep(SETTLED).await;
        let idle = memory(&child)?;
        let mut service = Self { child, url, client, owner: String::new(), started, idle };
        service.owner = service.token(&json!({"sub": "29842", "name": "Generic User", "email": "owner@example.com"})).await?;
        Ok(service)
    }

    async fn token(&self, claims: &Value) -> Result<String, Fault> {
        let answer: Value = self.client.post(format!("{}/local/token", self.url)).json(claims).send().await?.json().await?;
        answer["access_token"].as_str().map(str::to_owned).ok_or_else(|| format!("no token: {answer}").into())
    }

    /// The answer's body and how long it took; it must be a success.
    async fn does(&self, token: &str, method: Method, path: &str, body: &Value) -> Result<(Value, Duration), Fault> {
        let request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(token).json(body);
        let since = Instant::now();
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let took = since.elapsed();
        if status.is_success() { Ok((serde_json::from_str(&text)?, took)) } else { Err(format!("{path}: {status}: {text}").into()) }
    }

    /// Makes the invites of these numbers, for whoever `name` is followed by.
    async fn invite(&self, name: &str, at: usize, notify: bool) -> Result<(Value, Duration), Fault> {
        let mut body = json!({"email": format!("{name}-{at}@example.com"), "roles": ["editor"], "metadata": {"crm_id": "lead-42"}});
        if !notify {
            body["notify"] = json!(false);
        }
        self.does(&self.owner, Method::POST, &format!("/v1/groups/g{}/invites", at / PER_GROUP), &body).await
    }

    async fn fill(&self, from: usize, to: usize) -> Result<(), Fault> {
        let groups = stream::iter(from / PER_GROUP..to.div_ceil(PER_GROUP)).map(async |group| {
            let body = json!({"id": format!("g{group}"), "name": "Private Group"});
            self.does(&self.owner, Method::POST, "/v1/groups", &body).await
        });
        groups.buffer_unordered(FILLING).try_collect::<Vec<_>>().await?;
        let invites = stream::iter(from..to).map(|at| self.invite("stored", at, false));
        invites.buffer_unordered(FILLING).try_for_each(async |_| Ok(())).await
    }

    /// The three operations at this step, as rows.
    async fn measure(&self, data: &str, stored: usize, requests: usize, at_once: usize) -> Result<Vec<Row>, Fault> {
        let step = stored / requests.max(1);
        let name = &format!("new-{stored}-{at_once}");
        let row = |operation, figures: (f64, Vec<Duration>)| row(data, stored, operation, at_once, figures);
        let creates = (0..requests).map(|at| async move {
            let (_, took) = self.invite(&format!("{name}-{at}"), at * step.max(1) % stored, true).await?;
            Ok(took)
        });
        let create = row("create", timed(creates, at_once).await?);
        let lists = (0..requests).map(|at| async move {
            let path = format!("/v1/groups/g{}/invites?limit=20", at * step.max(1) % stored / PER_GROUP);
            Ok(self.does(&self.owner, Method::GET, &path, &Value::Null).await?.1)
        });
        let list = row("list", timed(lists, at_once).await?);
        let mut ready = Vec::new();
        for at in 0..requests / 4 {
            let address = format!("accepts-{name}-{at}");
            let (made, _) = self.invite(&address, at * step.max(1) % stored, false).await?;
            let email = format!("{address}-{}@example.com", at * step.max(1) % stored);
            let jwt = self.token(&json!({"sub": address, "name": "Ada", "email": email})).await?;
            ready.push((jwt, json!({"token": made["token"]})));
        }
        let accepts = ready.iter().map(|(jwt, body)| async move { Ok(self.does(jwt, Method::POST, "/v1/invites/accept", body).await?.1) });
        let accept = row("accept", timed(accepts, at_once).await?);
        Ok(vec![create, list, accept])
    }
}

/// Runs the requests, so many at once: how many a second, and how long each took.
async fn timed<F>(requests: impl Iterator<Item = F>, at_once: usize) -> Result<(f64, Vec<Duration>), Fault>
where
    F: Future<Output = Result<Duration, Fault>>,
{
    let since = Instant::now();
    let took: Vec<Duration> = stream::iter(requests).buffer_unordered(at_once).try_collect().await?;
    let count = u32::try_from(took.len()).unwrap_or(u32::MAX);
    Ok((f64::from(count) / since.elapsed().as_secs_f64(), took))
}

fn row(data: &str, stored: usize, operation: &'static str, at_once: usize, (per_second, mut took): (f64, Vec<Duration>)) -> Row {
    let (p50, p99) = (report::percentile(&mut took, 50), report::percentile(&mut took, 99));
    Row { data: data.to_owned(), stored, operation, at_once, per_second, p50, p99 }
}

/// Resident memory in MB.
fn memory(child: &Child) -> Result<f64, Fault> {
    let id = child.id().ok_or("the service has ended")?;
    report::memory(Path::new(&format!("/proc/{id}")), "VmRSS:")
}

/// Measures and prints.
pub(crate) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    if !options.binary.exists() {
        return Err("the local service isn't built: cargo build --release -p beckon".into());
    }
    let mut rows = Vec::new();
    for data in &options.data {
        let folder = std::env::temp_dir().join(format!("beckon-load-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let file = (data == "file").then(|| folder.join("data"));
        let mut service = Service::start(&options.binary, file.as_deref()).await?;
        let (mut stored, mut next) = (0, 1000);
        while next <= options.invites {
            service.fill(stored, next).await?;
            stored = next;
            next *= 10;
            for at_once in [1, 16] {
                rows.extend(service.measure(data, stored, options.requests, at_once).await?);
            }
        }
        let (started, idle, full) = (service.started.as_secs_f64() * 1000.0, service.idle, memory(&service.child)?);
        if json {
            println!("{}", json!({"data": data, "start_ms": started, "idle_rss_mb": idle, "stored": stored, "rss_mb": full}));
        } else {
            println!("{data}: first answer after {started:.0} ms, {idle:.1} MB idle, {full:.0} MB with {stored} invites");
        }
        service.child.kill().await?;
        std::fs::remove_dir_all(folder)?;
    }
    print(&rows, json);
    Ok(())
}

fn print(rows: &[Row], json: bool) {
    let mut first: BTreeMap<(&str, &str, usize), f64> = BTreeMap::new();
    let mut cells = Vec::new();
    for Row { data, stored, operation, at_once, per_second, p50, p99 } in rows {
        let growth = p50 / *first.entry((data, operation, *at_once)).or_insert(*p50);
        if json {
            println!(
                "{}",
                json!({"data": data, "stored": stored, "operation": operation, "at_once": at_once, "per_second": per_second, "p50_ms": p50, "p99_ms": p99, "growth": growth})
            );
        }
        let numbers = [format!("{per_second:.0}"), format!("{p50:.2}"), format!("{p99:.2}"), format!("{growth:.2}×")];
        let names = [data.clone(), (*operation).to_owned(), at_once.to_string(), stored.to_string()];
        cells.push(names.into_iter().chain(numbers).collect::<Vec<_>>());
    }
    if !json {
        println!(
            "\n{}",
            report::table(2, &["data", "operation", "at once", "stored", "req/s", "p50 ms", "p99 ms", "p50 to 1,000 stored"], &cells)
        );
    }
}
