//! A proxy in front of the embedded engine that asks for the consumed capacity of every call and
//! records it.
//!
//! It holds each answer until no further call has arrived for a moment. Concurrent calls are
//! thereby seen together, so the number of sequential round trips can be counted. Calls to the
//! stream pass through unrecorded, because Lambda makes them and does not charge for them. A gate
//! blocks them while a request is measured, so that its mail follows afterwards.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use harness::{Proxy, Reply};
use serde_json::{Value, json};
use shared::config::{Environment, settings};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use tokio::task::JoinSet;

use crate::engine;
use crate::fault::Fault;

/// The time without a new call after which the pending calls are answered.
const QUIET: Duration = Duration::from_millis(60);
/// How often a pending call looks whether it may be answered.
const LOOK: Duration = Duration::from_millis(2);
/// The most time that counts as quiet from one look to the next. While a busy machine lets nothing of
/// this process run, no call can arrive either.
const MOST_BETWEEN: Duration = Duration::from_millis(6);
/// The functions that read the stream.
const READERS: usize = 2;
/// The number of empty reads of a reader after which its work for a request is done.
const EMPTY_READS: u32 = 2;
/// The most time to wait for that.
const SETTLE_LIMIT: Duration = Duration::from_secs(30);

/// Capacity units of the `table` and of each index, by name.
pub(crate) type Units = BTreeMap<String, f64>;

/// A call to the table.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The operation's name in DynamoDB.
    pub(crate) operation: String,
    /// The number of its round trip, from 1.
    pub(crate) trip: u32,
    /// The number of items returned or scanned.
    pub(crate) items_read: u64,
    /// The number of items put, updated, deleted, or checked in a transaction.
    pub(crate) items_written: u64,
    /// The consumed read request units.
    pub(crate) read: Units,
    /// The consumed write request units.
    pub(crate) write: Units,
    /// Whether the engine refused it, for example because of a failed condition.
    pub(crate) refused: bool,
    /// The function that made it.
    pub(crate) by: By,
}

/// A function, as far as its calls are told from those of others that run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `background-follow`.
    Follow,
    /// `background-record-delivery`.
    RecordDelivery,
    /// Another function.
    Other,
}

/// The functions whose calls are told apart: the logical id, and the path at which the function
/// reaches the recorder.
const APART: [(By, &str, &str); 2] = [
    (By::Follow, "BackgroundFollow", "/follow"),
    (By::RecordDelivery, "BackgroundRecordDelivery", "/report"),
];

/// Returns the variables that only this function has.
pub(super) fn own_settings(function: &str, environment: &Environment) -> Vec<(String, String)> {
    let endpoint = settings::AWS_ENDPOINT_URL_DYNAMODB;
    let path = APART.iter().find(|(_, id, _)| *id == function).map(|(_, _, path)| path);
    let through = environment.optional(endpoint).zip(path);
    let through = through.map(|(url, path)| (endpoint.name().to_owned(), format!("{url}{path}")));
    through.into_iter().collect()
}

#[derive(Default)]
struct Log {
    calls: Vec<Call>,
    /// The last round trip whose calls are all answered. Later calls may depend on these answers.
    answered: u32,
    /// How long no call has arrived, as far as it was looked.
    quiet: Duration,
    /// The last look.
    looked: Option<Instant>,
    /// The empty reads of the stream since its last record, by reader.
    empty_reads: HashMap<String, u32>,
}

impl Log {
    /// Returns whether every reader of the stream has found it empty.
    fn readers_are_idle(&self) -> bool {
        let idle = self.empty_reads.values().filter(|empty| **empty >= EMPTY_READS);
        idle.count() >= READERS
    }

    /// Returns whether the calls of this round trip are answered now. They are answered together,
    /// once no further call has arrived for a moment. A call that follows an answer already belongs
    /// to the next round trip, and this one does not wait for it.
    fn may_answer(&mut self, trip: u32) -> bool {
        let now = Instant::now();
        let before = self.looked.replace(now).unwrap_or(now);
        self.quiet += now.duration_since(before).min(MOST_BETWEEN);
        if self.answered < trip && self.quiet >= QUIET {
            self.answered = trip;
        }
        self.answered >= trip
    }
}

struct State {
    engine: String,
    gate: Arc<RwLock<()>>,
    /// Whether answers are held.
    holds: AtomicBool,
    log: Mutex<Log>,
}

impl State {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The engine and the proxy in front of it.
pub(crate) struct Recorder {
    proxy: Proxy,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

impl Recorder {
    /// Starts an engine in memory and a recorder in front of it.
    pub(crate) async fn start() -> Result<Self, Fault> {
        let mut tasks = JoinSet::new();
        let engine = engine::start(&mut tasks).await?;
        let state = Arc::new(State {
            engine,
            gate: Arc::default(),
            holds: AtomicBool::new(false),
            log: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let proxy = Proxy::start(move |call| answer(Arc::clone(&shared), call)).await;
        Ok(Self { proxy, state, _tasks: tasks })
    }

    /// Returns the URL of the proxy.
    pub(crate) fn url(&self) -> &str {
        &self.proxy.url
    }

    /// Blocks reads of the stream until the guard is dropped.
    pub(crate) async fn hold_stream(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.state.gate).write_owned().await
    }

    /// Turns holding answers on or off. Round trips are counted correctly only while it is on.
    pub(crate) fn holds_answers(&self, holds: bool) {
        self.state.holds.store(holds, Ordering::Relaxed);
    }

    /// Returns the calls since the last time.
    pub(crate) fn take(&self) -> Vec<Call> {
        let mut log = self.state.log();
        let empty_reads = std::mem::take(&mut log.empty_reads);
        std::mem::replace(&mut *log, Log { empty_reads, ..Log::default() }).calls
    }

    /// Returns whether this function has written something since the calls were taken last.
    pub(crate) fn has_written(&self, by: By) -> bool {
        self.state.log().calls.iter().any(|call| call.by == by && call.items_written > 0)
    }

    /// Waits until everything that the stream has triggered is done.
    pub(crate) async fn settled(&self) -> Result<(), Fault> {
        self.state.log().empty_reads.clear();
        let since = Instant::now();
        while !self.state.log().readers_are_idle() {
            if since.elapsed() > SETTLE_LIMIT {
                return Err("the stream did not become idle".into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

async fn answer(state: Arc<State>, call: harness::Call) -> Result<Reply, Fault> {
    match call.operation().map(str::to_owned) {
        Some(operation) => table_call(&state, &operation, call).await,
        None => stream_call(&state, call).await,
    }
}

/// Returns the name of the function that reads the stream, which its client sends (`app/NAME`).
fn reader(call: &harness::Call) -> Option<&str> {
    let words = ["x-amz-user-agent", "user-agent"].into_iter().filter_map(|name| call.header(name));
    words.flat_map(str::split_whitespace).find(|word| word.starts_with("app/"))
}

async fn stream_call(state: &State, call: harness::Call) -> Result<Reply, Fault> {
    let reader = reader(&call).unwrap_or_default().to_owned();
    let _open = state.gate.read().await;
    let reply = call.forward(&state.engine).await?;
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if let Some(records) = answer["Records"].as_array() {
        let mut log = state.log();
        let empty = log.empty_reads.entry(reader).or_default();
        *empty = if records.is_empty() { *empty + 1 } else { 0 };
    }
    Ok(reply)
}

async fn table_call(state: &State, operation: &str, call: harness::Call) -> Result<Reply, Fault> {
    let trip = {
        let mut log = state.log();
        log.quiet = Duration::ZERO;
        log.answered + 1
    };
    let apart = APART.iter().find(|(_, _, path)| call.path.starts_with(path));
    let by = apart.map_or(By::Other, |(by, _, _)| *by);
    let done = measured(state, operation, call, trip).await;
    while state.holds.load(Ordering::Relaxed) && !state.log().may_answer(trip) {
        tokio::time::sleep(LOOK).await;
    }
    let mut log = state.log();
    log.answered = log.answered.max(trip);
    let (call, reply) = done?;
    log.calls.extend(call.map(|call| Call { by, ..call }));
    Ok(reply)
}

async fn measured(
    state: &State,
    operation: &str,
    mut call: harness::Call,
    trip: u32,
) -> Result<(Option<Call>, Reply), Fault> {
    // Calls that create or describe tables report no capacity.
    if operation.ends_with("Table") || operation.ends_with("TimeToLive") {
        return Ok((None, call.forward_to(&state.engine, "/").await?));
    }
    let mut request: Value = serde_json::from_slice(&call.body)?;
    request["ReturnConsumedCapacity"] = json!("INDEXES");
    call.body = serde_json::to_vec(&request)?.into();
    let reply = call.forward_to(&state.engine, "/").await?;
    let answer: Value = serde_json::from_slice(&reply.body)?;
    let refused = !reply.status.is_success();
    Ok((Some(charged(operation, trip, &request, &answer, refused)?), reply))
}

/// Returns the call with the capacity that the engine reports for it.
fn charged(
    operation: &str,
    trip: u32,
    request: &Value,
    answer: &Value,
    refused: bool,
) -> Result<Call, Fault> {
    let length = |value: &Value| value.as_array().map_or(0, |list| list.len() as u64);
    let (reads, items) = match operation {
        "GetItem" => (true, u64::from(answer["Item"].is_object())),
        "BatchGetItem" => (
            true,
            answer["Responses"].as_object().map_or(0, |tables| tables.values().map(length).sum()),
        ),
        "Query" => (true, answer["ScannedCount"].as_u64().unwrap_or_default()),
        "PutItem" | "UpdateItem" | "DeleteItem" => (false, 1),
        "TransactWriteItems" => (false, length(&request["TransactItems"])),
        "BatchWriteItem" => (
            false,
            request["RequestItems"]
                .as_object()
                .map_or(0, |tables| tables.values().map(length).sum()),
        ),
        other => return Err(format!("the bench does not support the call {other}").into()),
    };
    let mut units = Units::new();
    let consumed = &answer["ConsumedCapacity"];
    let tables = consumed.as_array().map_or_else(|| std::slice::from_ref(consumed), Vec::as_slice);
    if refused {
        // An error reports no capacity. A failed condition costs as much as the write, and these
        // items are smaller than 1 KiB.
        units.insert("table".into(), 1.0);
    }
    for table in tables.iter().filter(|table| table.is_object()) {
        // If the engine omits the details of a read, all of it was on the table.
        let own = if table["Table"].is_object() { &table["Table"] } else { table };
        add(&mut units, "table", own);
        for (name, index) in table["GlobalSecondaryIndexes"].as_object().into_iter().flatten() {
            add(&mut units, name, index);
        }
    }
    let (items_read, items_written) = if reads { (items, 0) } else { (0, items) };
    let (read, write) = if reads { (units, Units::new()) } else { (Units::new(), units) };
    Ok(Call {
        operation: operation.to_owned(),
        trip,
        items_read,
        items_written,
        read,
        write,
        refused,
        by: By::Other,
    })
}

fn add(units: &mut Units, name: &str, spent: &Value) {
    let spent = spent["CapacityUnits"].as_f64().unwrap_or_default();
    if spent > 0.0 {
        *units.entry(name.to_owned()).or_default() += spent;
    }
}

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
