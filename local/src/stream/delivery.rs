//! Delivers batches of records to a function, with Lambda's rules for failures.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::record::{key, sequence_number};
use crate::function::{Handler, InvokeError, invoke_with_text};
use crate::template::StreamSource;

/// The longest that a background function may run: Lambda's own limit.
const INVOCATION_LIMIT: Duration = Duration::from_secs(900);
/// The longest pause before a retry. Lambda waits longer, but a local developer should not.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A batch that was given up, as Lambda would report it to the on-failure destination. It contains
/// metadata and no records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GivenUp {
    /// The function's logical id.
    pub(crate) function: String,
    /// The number of invocations with these records.
    pub(crate) invocations: u32,
    /// The number of records.
    pub(crate) batch_size: usize,
    /// The sequence number of the first record.
    pub(crate) start_sequence_number: String,
    /// The sequence number of the last record.
    pub(crate) end_sequence_number: String,
}

/// The on-failure destination of all mappings. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OnFailure(Arc<Mutex<Vec<GivenUp>>>);

impl OnFailure {
    /// Returns the number of batches that were given up.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn push(&self, batch: GivenUp) {
        tracing::error!(
            function = batch.function,
            invocations = batch.invocations,
            batch_size = batch.batch_size,
            start_sequence_number = batch.start_sequence_number,
            end_sequence_number = batch.end_sequence_number,
            "a batch of stream records was given up"
        );
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
    }
}

/// Delivers the records of one mapping to its function.
pub(crate) struct Delivery {
    /// The function's logical id.
    pub(crate) function: String,
    /// The handler of the function.
    pub(crate) handler: Handler,
    /// The mapping's settings.
    pub(crate) source: StreamSource,
    /// The pause before the first retry. Each further retry doubles it.
    pub(crate) pause: Duration,
    /// The destination of batches that are given up.
    pub(crate) on_failure: OnFailure,
}

/// A stream event, as Lambda gives it to a function.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'a> {
    records: &'a [Value],
}

/// Records that are delivered together.
struct Batch {
    records: Vec<Value>,
    /// The number of failed attempts. Splitting a batch is not an attempt, as on Lambda.
    failures: u32,
}

impl Delivery {
    /// Delivers `records` batch by batch, until each is handled or given up. As many batches as the
    /// mapping allows are delivered at once. The records of one item stay in order.
    pub(crate) async fn deliver(&self, records: Vec<Value>) {
        let lanes = self.lanes(records).into_iter().map(|lane| self.deliver_lane(lane));
        futures::future::join_all(lanes).await;
    }

    /// Divides the records among lanes: as many as there are batches, and at most as many as the
    /// mapping allows. A record goes where earlier records of its item are. Other records fill a batch
    /// up, or go to the shortest lane.
    fn lanes(&self, records: Vec<Value>) -> Vec<Vec<Value>> {
        let size = self.source.batch_size.max(1);
        let most = self.source.parallelization_factor.max(1);
        let mut lanes = vec![Vec::new(); records.len().div_ceil(size).min(most)];
        let mut lane_of = HashMap::new();
        for record in records {
            let next = || {
                let is_begun = |lane: &Vec<Value>| !lane.len().is_multiple_of(size);
                let shortest = || (0..lanes.len()).min_by_key(|at| lanes[*at].len());
                lanes.iter().position(is_begun).or_else(shortest).unwrap_or_default()
            };
            let lane = *lane_of.entry(key(&record)).or_insert_with(next);
            lanes[lane].push(record);
        }
        lanes
    }

    /// Delivers the records of a lane batch by batch and in order.
    async fn deliver_lane(&self, mut records: Vec<Value>) {
        let size = self.source.batch_size.max(1);
        let mut queue = VecDeque::new();
        while !records.is_empty() {
            let rest = records.split_off(size.min(records.len()));
            queue.push_back(Batch { records, failures: 0 });
            records = rest;
        }
        while let Some(batch) = queue.pop_front() {
            let Some(first) = self.first_failed(&batch.records).await else {
                continue;
            };
            for next in self.after_failure(batch, first).into_iter().rev() {
                queue.push_front(next);
            }
            let tried = queue.front().map_or(0, |batch| batch.failures);
            tokio::time::sleep(
                self.pause.saturating_mul(2_u32.saturating_pow(tried.min(16))).min(LONGEST_PAUSE),
            )
            .await;
        }
    }

    /// Invokes the function. Returns the index of the first record to redeliver, or `None` if all
    /// succeeded.
    async fn first_failed(&self, records: &[Value]) -> Option<usize> {
        match self.invoke(records).await {
            Ok(answer) if self.reports() => lowest_failure(&answer, records),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(function = self.function, %error, "a background function failed");
                Some(0)
            }
        }
    }

    async fn invoke(&self, records: &[Value]) -> Result<Value, InvokeError> {
        let event = serde_json::to_string(&Event { records })?;
        let answer = invoke_with_text(&self.handler, event, INVOCATION_LIMIT).await?;
        Ok(serde_json::from_str(&answer)?)
    }

    fn reports(&self) -> bool {
        self.source.function_response_types.iter().any(|kind| kind == "ReportBatchItemFailures")
    }

    /// Returns the batches that follow after `batch` failed from the record `first` on: its
    /// remaining records, its two halves, itself again, or nothing.
    fn after_failure(&self, mut batch: Batch, first: usize) -> Vec<Batch> {
        let bisects = self.source.bisect_batch_on_function_error;
        if first > 0 {
            let records = batch.records.split_off(first);
            let failures = if bisects { batch.failures } else { batch.failures.saturating_add(1) };
            return self.unless_exhausted(Batch { records, failures });
        }
        if bisects && batch.records.len() > 1 {
            let second = batch.records.split_off(batch.records.len() / 2);
            let failures = batch.failures;
            return vec![batch, Batch { records: second, failures }];
        }
        batch.failures = batch.failures.saturating_add(1);
        self.unless_exhausted(batch)
    }

    fn unless_exhausted(&self, batch: Batch) -> Vec<Batch> {
        // A negative maximum means unlimited.
        let endless = self.source.maximum_retry_attempts < 0;
        if endless || i64::from(batch.failures) <= self.source.maximum_retry_attempts {
            return vec![batch];
        }
        let number =
            |record: Option<&Value>| record.map(sequence_number).unwrap_or_default().to_owned();
        self.on_failure.push(GivenUp {
            function: self.function.clone(),
            invocations: batch.failures,
            batch_size: batch.records.len(),
            start_sequence_number: number(batch.records.first()),
            end_sequence_number: number(batch.records.last()),
        });
        Vec::new()
    }
}

/// Returns the index of the first record that `answer` reports as failed. An empty, missing or
/// unknown identifier means the whole batch.
fn lowest_failure(answer: &Value, records: &[Value]) -> Option<usize> {
    let failures = match &answer["batchItemFailures"] {
        Value::Null => return None,
        Value::Array(failures) => failures,
        _ => return Some(0),
    };
    let place = |failure: &Value| {
        let identifier =
            failure["itemIdentifier"].as_str().filter(|identifier| !identifier.is_empty());
        identifier
            .and_then(|wanted| records.iter().position(|record| sequence_number(record) == wanted))
            .unwrap_or(0)
    };
    failures.iter().map(place).min()
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
