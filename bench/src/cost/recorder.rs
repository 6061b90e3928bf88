//! A proxy before the embedded engine that asks for the capacity of every call and writes it down.
//!
//! It holds each answer until no further call has come for a moment: calls that are made at once
//! are then seen at once, so the number of round trips that wait for each other can be counted. The
//! stream's calls, which Lambda makes and doesn't charge, pass by; a gate holds them back while a
//! request is measured, so that its mail comes afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use harness::{Proxy, Reply};
use serde_json::{Value, json};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use tokio::task::JoinSet;

use crate::engine;
use crate::fault::Fault;

/// How long no call may come before those that came are answered.
const QUIET: Duration = Duration::from_millis(60);
/// How many empty looks at the stream mean that all that follows from a request has been done.
const EMPTY_LOOKS: u32 = 2;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Capacity units by what they are spent on: `table`, or an index's name.
pub(crate) type Units = BTreeMap<String, f64>;

/// A call to the table.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// As DynamoDB names it.
    pub(crate) operation: String,
    /// Which round trip it belongs to, from 1 on.
    pub(crate) trip: u32,
    /// Items given back or looked at.
    pub(crate) items_read: u64,
    /// Items put, changed or deleted, or checked in a transaction.
    pub(crate) items_written: u64,
    /// Read request units.
    pub(crate) read: Units,
    /// Write request units.
    pub(crate) write: Units,
    /// Whether it was refused, as a condition that doesn't hold is.
    pub(crate) refused: bool,
}

#[derive(Default)]
struct Log {
    calls: Vec<Call>,
    /// The last round trip whose calls are answered, all of them: what comes after that may depend
    /// on it.
    answered: u32,
    last: Option<Instant>,
    empty_looks: u32,
}

impl Log {
    /// Whether the calls of this round trip are answered now: together, once no further call has
    /// come for a moment. One that an answer has led to already is of the next round trip, and
    /// keeps none of this one waiting.
    fn may_answer(&mut self, trip: u32) -> bool {
        if self.answered < trip && self.last.is_none_or(|last| last.elapsed() >= QUIET) {
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

/// The engine and the proxy before it.
pub(crate) struct Recorder {
    proxy: Proxy,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

impl Recorder {
    /// An engine in memory behind a recorder.
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

    /// Keeps the stream from being read while the guard lives.
    pub(crate) async fn hold_stream(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.state.gate).write_owned().await
    }

    /// Holds answers from now on, or no more: only then are round trips counted right.
    pub(crate) fn holds_answers(&self, holds: bool) {
        self.state.holds.store(holds, Ordering::Relaxed);
    }

    /// The calls since this was last asked.
    pub(crate) fn take(&self) -> Vec<Call> {
        let mut log = self.state.log();
        let empty_looks = log.empty_looks;
        std::mem::replace(&mut *log, Log { empty_looks, ..Log::default() }).calls
    }

    /// Waits until what the stream has started is done.
    pub(crate) async fn settled(&self) -> Result<(), Fault> {
        self.state.log().empty_looks = 0;
        let since = Instant::now();
        while self.state.log().empty_looks < EMPTY_LOOKS {
            if since.elapsed() > PATIENCE {
                return Err("the stream doesn't come to rest".into());
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

async fn stream_call(state: &State, call: harness::Call) -> Result<Reply, Fault> {
    let _open = state.gate.read().await;
    let reply = call.forward(&state.engine).await?;
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if let Some(records) = answer["Records"].as_array() {
        let mut log = state.log();
        log.empty_looks = if records.is_empty() { log.empty_looks + 1 } else { 0 };
    }
    Ok(reply)
}

async fn table_call(state: &State, operation: &str, call: harness::Call) -> Result<Reply, Fault> {
    let trip = {
        let mut log = state.log();
        log.last = Some(Instant::now());
        log.answered + 1
    };
    let done = measured(state, operation, call, trip).await;
    while state.holds.load(Ordering::Relaxed) && !state.log().may_answer(trip) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut log = state.log();
    log.answered = log.answered.max(trip);
    let (call, reply) = done?;
    log.calls.extend(call);
    Ok(reply)
}

async fn measured(
    state: &State,
    operation: &str,
    mut call: harness::Call,
    trip: u32,
) -> Result<(Option<Call>, Reply), Fault> {
    // Tables are made, not used, by calls that know no capacity.
    if operation.ends_with("Table") || operation.ends_with("TimeToLive") {
        return Ok((None, call.forward(&state.engine).await?));
    }
    let mut request: Value = serde_json::from_slice(&call.body)?;
    request["ReturnConsumedCapacity"] = json!("INDEXES");
    call.body = serde_json::to_vec(&request)?.into();
    let reply = call.forward(&state.engine).await?;
    let answer: Value = serde_json::from_slice(&reply.body)?;
    let refused = !reply.status.is_success();
    Ok((Some(charged(operation, trip, &request, &answer, refused)?), reply))
}

/// Returns the call with what the engine says that it is charged.
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
        other => return Err(format!("{other} is a call that the bench doesn't know").into()),
    };
    let mut units = Units::new();
    let consumed = &answer["ConsumedCapacity"];
    let tables = consumed.as_array().map_or_else(|| std::slice::from_ref(consumed), Vec::as_slice);
    if refused {
        // An error tells no capacity. A write whose condition doesn't hold costs what it would
        // have; ours are of less than 1 KiB there.
        units.insert("table".into(), 1.0);
    }
    for table in tables.iter().filter(|table| table.is_object()) {
        // A read whose details the engine leaves out is all of the table.
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
