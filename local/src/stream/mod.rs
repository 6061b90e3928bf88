//! Reads the table's stream and invokes the background functions, like Lambda's event source
//! mappings.

mod delivery;
mod filter;
mod record;

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use aws_sdk_dynamodbstreams::config::AppName;
use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use aws_sdk_dynamodbstreams::{Client, Error};
use tokio::sync::watch;

pub(crate) use delivery::{Delivery, OnFailure};
pub(crate) use filter::Filter;
pub use filter::FilterError;

use crate::commits::Commits;

/// The pause before the first read after a quiet time, in which further records arrive that are
/// delivered together.
const GATHER: Duration = Duration::from_millis(10);
/// The same pause while records keep arriving. Lambda reads a stream four times a second.
const GATHER_MORE: Duration = Duration::from_millis(50);
/// The pause after a read that found nothing, if the database does not tell of its writes.
const POLL: Duration = Duration::from_millis(15);
/// The pause once nothing has arrived for a second, so that an idle service saves power.
const IDLE_POLL: Duration = Duration::from_millis(200);
/// The number of empty reads after which the service is idle.
const READS_UNTIL_IDLE: u32 = 40;
/// The pause after the stream could not be read.
const AFTER_ERROR: Duration = Duration::from_millis(500);
/// The number of reads between two searches for new shards. They are rare, because the embedded
/// engine scans all its records for each.
const READS_BETWEEN_DESCRIPTIONS: u32 = 2000;

/// The reason why the stream cannot be read now.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    /// The database returned an error or did not answer.
    #[error("{}", DisplayErrorContext(.0))]
    Database(#[from] Error),
    /// The records are not yet on the disk, and flushing them failed.
    #[error("the data could not be flushed to the disk: {0}")]
    Disk(#[from] io::Error),
}

/// The table's stream.
#[derive(Clone)]
pub(crate) struct Stream {
    /// The client that reads it.
    pub(crate) client: Client,
    /// The stream's ARN.
    pub(crate) arn: String,
    /// A receiver that is told of writes. `None` for a database that does not tell.
    pub(crate) written: Option<watch::Receiver<()>>,
    /// Waits until the records are on the disk.
    pub(crate) commits: Commits,
}

impl Stream {
    /// Returns the stream with a client of its own for this function. The client's requests name the
    /// function in `User-Agent`, so that a proxy can tell the readers of a stream apart.
    pub(crate) fn read_by(&self, function: &str) -> Self {
        let mut config = self.client.config().to_builder();
        config.set_app_name(AppName::new(function.to_owned()).ok());
        Self { client: Client::from_conf(config.build()), ..self.clone() }
    }
}

/// One event source mapping.
pub(crate) struct Pump {
    /// The stream to read.
    pub(crate) stream: Stream,
    /// Selects the records for the function.
    pub(crate) filter: Filter,
    /// Delivers the records to the function.
    pub(crate) delivery: Delivery,
}

/// A shard that is not yet read to its end.
struct Shard {
    id: String,
    /// The shard with the records before this one's.
    parent: Option<String>,
    iterator: Option<String>,
    /// The sequence number of the last record, from which to continue when the iterator expires.
    last: Option<String>,
}

impl Pump {
    /// Reads the stream from its beginning until the service ends. A shard is read when its parent has
    /// been read to its end.
    pub(crate) async fn run(mut self) {
        let mut ended = HashSet::new();
        let mut open: Vec<Shard> = Vec::new();
        let (mut quiet, mut empty) = (0_u32, 0_u32);
        loop {
            if quiet.is_multiple_of(READS_BETWEEN_DESCRIPTIONS) {
                match self.shards().await {
                    Ok(found) => add_new(&mut open, found, &ended),
                    Err(error) => {
                        self.pause_after(&error).await;
                        continue;
                    }
                }
            }
            // Records may also wait behind a read that failed.
            let mut found = false;
            for shard in readable(&mut open) {
                match self.read(shard).await {
                    Ok(some) => found |= some,
                    Err(error) => {
                        shard.iterator = None;
                        self.pause_after(&error).await;
                        found = true;
                    }
                }
            }
            let before = open.len();
            ended.extend(
                open.extract_if(.., |shard| shard.iterator.as_deref() == Some(""))
                    .map(|shard| shard.id),
            );
            // A shard that ended has child shards, so search for them at once.
            quiet = if open.len() < before { 0 } else { quiet.wrapping_add(1) };
            empty = if found { 0 } else { empty.saturating_add(1) };
            if found {
                tokio::time::sleep(GATHER_MORE).await;
            } else {
                self.news(if empty < READS_UNTIL_IDLE { POLL } else { IDLE_POLL }).await;
                tokio::time::sleep(GATHER).await;
            }
        }
    }

    /// Waits until something was written since the last read; for `pause` if the database does not
    /// tell.
    async fn news(&mut self, pause: Duration) {
        let told = match &mut self.stream.written {
            Some(written) => written.changed().await.is_ok(),
            None => false,
        };
        // The database of a service that ends tells no more.
        if !told {
            tokio::time::sleep(pause).await;
        }
    }

    async fn pause_after(&self, error: &ReadError) {
        tracing::warn!(function = self.delivery.function, %error, "the stream could not be read");
        tokio::time::sleep(AFTER_ERROR).await;
    }

    async fn shards(&self) -> Result<Vec<Shard>, ReadError> {
        let mut shards = Vec::new();
        let mut start = None;
        loop {
            let request = self
                .stream
                .client
                .describe_stream()
                .stream_arn(&self.stream.arn)
                .set_exclusive_start_shard_id(start);
            let answer = request.send().await.map_err(Error::from)?;
            let Some(description) = answer.stream_description() else {
                return Ok(shards);
            };
            shards.extend(description.shards().iter().filter_map(Shard::of));
            start = description.last_evaluated_shard_id().map(str::to_owned);
            if start.is_none() {
                return Ok(shards);
            }
        }
    }

    /// Reads the shard's new records and delivers them. Returns whether there were any.
    async fn read(&self, shard: &mut Shard) -> Result<bool, ReadError> {
        let iterator = match shard.iterator.take() {
            Some(iterator) => iterator,
            None => self.iterator(shard).await?,
        };
        let answer = self
            .stream
            .client
            .get_records()
            .shard_iterator(iterator)
            .send()
            .await
            .map_err(Error::from)?;
        let records = answer.records.unwrap_or_default();
        let last = records.last().and_then(|record| record.dynamodb()?.sequence_number.clone());
        let found = !records.is_empty();
        let records = records.into_iter().map(|record| record::record(record, &self.stream.arn));
        let wanted: Vec<_> = records.filter(|record| self.filter.matches(record)).collect();
        if !wanted.is_empty() {
            self.stream.commits.on_disk().await?;
        }
        shard.last = last.or_else(|| shard.last.take());
        // Without a next iterator the shard has ended. An empty one marks that, because real
        // iterators are never empty.
        shard.iterator = Some(answer.next_shard_iterator.unwrap_or_default());
        self.delivery.deliver(wanted).await;
        Ok(found)
    }

    async fn iterator(&self, shard: &Shard) -> Result<String, ReadError> {
        let kind = if shard.last.is_some() {
            ShardIteratorType::AfterSequenceNumber
        } else {
            ShardIteratorType::TrimHorizon
        };
        let request = self
            .stream
            .client
            .get_shard_iterator()
            .stream_arn(&self.stream.arn)
            .shard_id(&shard.id)
            .shard_iterator_type(kind);
        let answer =
            request.set_sequence_number(shard.last.clone()).send().await.map_err(Error::from)?;
        Ok(answer.shard_iterator().unwrap_or_default().to_owned())
    }
}

impl Shard {
    /// Returns the shard before its first read; `None` for one without an id.
    fn of(shard: &aws_sdk_dynamodbstreams::types::Shard) -> Option<Self> {
        let parent = shard.parent_shard_id().map(str::to_owned);
        Some(Self { id: shard.shard_id()?.to_owned(), parent, iterator: None, last: None })
    }
}

fn add_new(open: &mut Vec<Shard>, found: Vec<Shard>, ended: &HashSet<String>) {
    for shard in found {
        if !ended.contains(&shard.id) && !open.iter().any(|other| other.id == shard.id) {
            open.push(shard);
        }
    }
}

/// Returns the shards whose parent is not open. A parent's records come before its children's.
fn readable(open: &mut [Shard]) -> impl Iterator<Item = &mut Shard> {
    let ids: HashSet<String> = open.iter().map(|shard| shard.id.clone()).collect();
    let is_open = move |parent: &String| ids.contains(parent);
    open.iter_mut().filter(move |shard| !shard.parent.as_ref().is_some_and(&is_open))
}

#[cfg(test)]
#[path = "pump_tests.rs"]
mod tests;
