//! What one reader of the stream has read, for its other readers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokio::sync::Mutex;

/// The most reads that are kept for readers that have not come so far.
const KEPT: usize = 16;

/// The records after a place of a shard.
pub(super) struct Read {
    /// The records, as a stream event has them.
    pub(super) records: Vec<Arc<Value>>,
    /// The sequence number of the last record; `None` if there is no record.
    pub(super) last: Option<String>,
    /// The iterator of the records behind these; `None` if the shard has ended.
    pub(super) next: Option<String>,
}

/// The reads that were made. Each is kept until every reader has had it. Clones share them.
///
/// Every function's mapping has a position of its own in the stream, as on Lambda. Those that are at
/// the same place share what is read from there, because reading costs more than delivering.
#[derive(Clone, Default)]
pub(crate) struct Reads {
    readers: Arc<AtomicUsize>,
    kept: Arc<Mutex<VecDeque<Kept>>>,
}

struct Kept {
    shard: String,
    after: Option<String>,
    read: Arc<Read>,
    /// The number of readers that have not had it.
    left: usize,
}

impl Reads {
    /// Adds a reader.
    pub(super) fn join(&self) {
        self.readers.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the records of the shard after a sequence number, or from the shard's beginning: those
    /// that another reader got from there, or else what `read` returns. One reader reads at a time, so
    /// that those who come together share a read.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) async fn after<E>(
        &self,
        shard: &str,
        after: Option<&str>,
        read: impl AsyncFnOnce() -> Result<Read, E>,
    ) -> Result<Arc<Read>, E> {
        let mut kept = self.kept.lock().await;
        let is_it = |kept: &Kept| kept.shard == shard && kept.after.as_deref() == after;
        if let Some(at) = kept.iter().position(is_it) {
            kept[at].left -= 1;
            let is_last = kept[at].left == 0;
            let found = Arc::clone(&kept[at].read);
            if is_last {
                kept.remove(at);
            }
            return Ok(found);
        }
        let read = Arc::new(read().await?);
        let left = self.readers.load(Ordering::SeqCst).saturating_sub(1);
        // Where nothing was found, something will be.
        if left > 0 && !read.records.is_empty() {
            kept.truncate(KEPT - 1);
            let (shard, after) = (shard.to_owned(), after.map(str::to_owned));
            kept.push_front(Kept { shard, after, read: Arc::clone(&read), left });
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// The log of a fake stream, with a record for each number.
    #[derive(Default)]
    struct Log {
        reads: AtomicUsize,
        end: AtomicUsize,
    }

    impl Log {
        /// Returns the numbers after this one, at most three.
        async fn read(&self, after: Option<&str>) -> Result<Read, Infallible> {
            self.reads.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            let from = after.map_or(1, |after| after.parse::<usize>().unwrap() + 1);
            let numbers: Vec<usize> = (from..=self.end.load(Ordering::SeqCst)).take(3).collect();
            Ok(Read {
                last: numbers.last().map(usize::to_string),
                records: numbers.into_iter().map(|number| Arc::new(number.into())).collect(),
                next: Some("next".into()),
            })
        }
    }

    async fn all(reads: &Reads, log: &Log) -> Vec<usize> {
        let (mut seen, mut last) = (Vec::new(), None::<String>);
        loop {
            let after = last.as_deref();
            let read = reads.after("shard", after, async || log.read(after).await).await.unwrap();
            if read.records.is_empty() {
                return seen;
            }
            seen.extend(read.records.iter().map(|number| number.as_u64().unwrap() as usize));
            last = read.last.clone();
            tokio::task::yield_now().await;
        }
    }

    fn of_two(end: usize) -> (Reads, Log) {
        let (reads, log) = (Reads::default(), Log::default());
        log.end.store(end, Ordering::SeqCst);
        reads.join();
        reads.join();
        (reads, log)
    }

    #[tokio::test]
    async fn readers_at_the_same_place_share_a_read() {
        let (reads, log) = of_two(7);
        let (one, other) = futures::join!(all(&reads, &log), all(&reads, &log));
        assert_eq!(one, (1..=7).collect::<Vec<_>>());
        assert_eq!(one, other);
        // Three with records, and one of each reader that finds nothing.
        assert_eq!(log.reads.load(Ordering::SeqCst), 5);
        assert!(reads.kept.lock().await.is_empty(), "each reader has had every read");
    }

    #[tokio::test]
    async fn a_reader_far_behind_reads_for_itself() {
        let (reads, log) = of_two(3 * KEPT + 3);
        let one = all(&reads, &log).await;
        assert_eq!(reads.kept.lock().await.len(), KEPT);
        assert_eq!(all(&reads, &log).await, one);
    }

    #[tokio::test]
    async fn a_place_where_nothing_was_is_read_again() {
        let (reads, log) = of_two(0);
        assert!(all(&reads, &log).await.is_empty());
        log.end.store(2, Ordering::SeqCst);
        assert_eq!(all(&reads, &log).await, [1, 2]);
    }
}
