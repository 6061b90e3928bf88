//! Measures the local service with a growing number of stored invites.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::folder::Folder;
use super::options::Options;
use super::product::{Product, Session, beckon};
use super::server::{Server, per_second, timed};
use crate::fault::Fault;
use crate::report;

/// The number of invites stored in each group.
const PER_GROUP: usize = 100;
/// The number of groups for the measured invites. They are empty at each step, because a create
/// reads more the more invites are pending in its group.
const MEASURED_GROUPS: usize = 100;
/// The number of concurrent requests while the table is filled.
const FILLING: usize = 16;
/// The number of stored invites per line of progress.
const PROGRESS_STEP: usize = 1000;

/// A row of the table.
struct Row {
    data: String,
    stored: usize,
    operation: &'static str,
    at_once: usize,
    per_second: f64,
    p50: f64,
    p99: f64,
}

/// The measured product.
const OURS: Product = Product::Beckon;

/// The service, and the access token of the inviter.
struct Service {
    server: Server,
    owner: Session,
}

impl Service {
    async fn start(options: &Options, folder: Option<&Folder>) -> Result<Self, Fault> {
        let data = folder.map(|folder| folder.path().join("data"));
        let server =
            Server::start(|port| beckon(&options.binary, data.as_deref(), port), OURS.health())
                .await?;
        let owner = OURS.sign_in(&server, "owner@example.com").await?;
        Ok(Self { server, owner })
    }

    async fn group(&self, id: &str) -> Result<(), Fault> {
        OURS.group(&self.server, &self.owner, id).await.map(|_| ())
    }

    async fn invite(
        &self,
        group: &str,
        email: &str,
        notify: bool,
    ) -> Result<(Value, Duration), Fault> {
        self.server.ask(OURS.create(&self.server, &self.owner, group, email, notify)).await
    }

    /// Stores the invites of these numbers without mails.
    async fn fill(&self, from: usize, to: usize) -> Result<(), Fault> {
        let groups = stream::iter(from / PER_GROUP..to.div_ceil(PER_GROUP))
            .map(async |group| self.group(&format!("g{group}")).await);
        groups.buffer_unordered(FILLING).try_for_each(async |()| Ok(())).await?;
        let stored = Cell::new(from);
        let invites = stream::iter(from..to).map(async |at| {
            self.invite(
                &format!("g{}", at / PER_GROUP),
                &format!("stored-{at}@example.com"),
                false,
            )
            .await?;
            stored.set(stored.get() + 1);
            if stored.get().is_multiple_of(PROGRESS_STEP) {
                eprintln!("{} invites stored", stored.get());
            }
            Ok(())
        });
        invites.buffer_unordered(FILLING).try_for_each(async |()| Ok(())).await
    }

    /// Measures the three operations at this step and returns their rows.
    async fn measure(
        &self,
        data: &str,
        stored: usize,
        requests: usize,
        at_once: usize,
    ) -> Result<Vec<Row>, Fault> {
        let row = |operation, figures: (Duration, Vec<Duration>)| {
            row(data, stored, operation, at_once, figures)
        };
        // These names sort among those of the stored groups, so that the measured invites go to all
        // parts of the table.
        let count = stored / PER_GROUP;
        let name = |at: usize| {
            format!(
                "g{}x{stored}x{at_once}x{}",
                at % MEASURED_GROUPS * count / MEASURED_GROUPS,
                at % MEASURED_GROUPS
            )
        };
        for at in 0..MEASURED_GROUPS {
            self.group(&name(at)).await?;
        }
        OURS.clear_mails(&self.server).await?;
        let creates = (0..requests).map(|at| async move {
            let email = format!("new-{stored}-{at_once}-{at}@example.com");
            Ok(self.invite(&name(at), &email, true).await?.1)
        });
        let create = row("create", timed(creates, at_once).await?);
        OURS.wait_for_mails(&self.server, requests).await?;
        let step = (count / requests.max(1)).max(1);
        let lists = (0..requests).map(|at| async move {
            let group = format!("g{}", at * step % count);
            Ok(self.server.ask(OURS.list(&self.server, &self.owner, &group)).await?.1)
        });
        let list = row("list", timed(lists, at_once).await?);
        let mut ready = Vec::new();
        for at in 0..requests / 4 {
            let email = format!("accepts-{stored}-{at_once}-{at}@example.com");
            let (made, _) = self.invite(&name(at), &email, false).await?;
            ready.push((OURS.sign_in(&self.server, &email).await?, made));
        }
        let accepts = ready.iter().map(|(guest, made)| async move {
            Ok(self.server.ask(OURS.accept(&self.server, guest, made)).await?.1)
        });
        let accept = row("accept", timed(accepts, at_once).await?);
        Ok(vec![create, list, accept])
    }
}

fn row(
    data: &str,
    stored: usize,
    operation: &'static str,
    at_once: usize,
    (altogether, mut took): (Duration, Vec<Duration>),
) -> Row {
    let (p50, p99) = (report::percentile(&mut took, 50), report::percentile(&mut took, 99));
    Row {
        data: data.to_owned(),
        stored,
        operation,
        at_once,
        per_second: per_second(took.len(), altogether),
        p50,
        p99,
    }
}

/// Measures all steps and prints the table.
pub(super) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    let mut rows = Vec::new();
    for data in &options.data {
        let folder = if data == "file" { Some(Folder::new()?) } else { None };
        let service = Service::start(options, folder.as_ref()).await?;
        let (mut stored, mut next) = (0, 1000);
        while next <= options.invites {
            service.fill(stored, next).await?;
            stored = next;
            next *= 10;
            for at_once in [1, 16] {
                eprintln!("{data}, {stored} invites stored: measuring, {at_once} at once");
                rows.extend(service.measure(data, stored, options.requests.into(), at_once).await?);
            }
        }
        let server = service.server;
        let (started, idle, full) =
            (server.started.as_secs_f64() * 1000.0, server.idle, server.memory()?);
        if json {
            println!(
                "{}",
                json!({"data": data, "start_ms": started, "idle_pss_mb": idle, "stored": stored, "pss_mb": full})
            );
        } else {
            println!(
                "{data}: first answer after {started:.0} ms, {idle:.1} MB idle, {full:.0} MB with {stored} invites"
            );
        }
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
        let numbers = [
            format!("{per_second:.0}"),
            format!("{p50:.2}"),
            format!("{p99:.2}"),
            format!("{growth:.2}×"),
        ];
        let names =
            [data.clone(), (*operation).to_owned(), at_once.to_string(), stored.to_string()];
        cells.push(names.into_iter().chain(numbers).collect::<Vec<_>>());
    }
    if !json {
        println!(
            "\n{}",
            report::table(
                2,
                &[
                    "data",
                    "operation",
                    "at once",
                    "stored",
                    "req/s",
                    "p50 ms",
                    "p99 ms",
                    "p50 to 1,000 stored"
                ],
                &cells
            )
        );
    }
}
