//! Waits until what the embedded engine committed is on the disk.

use std::fs::OpenOptions;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(test)]
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::Mutex;

/// Brings what the engine committed onto the disk, once for all who wait for it at the same time
/// (docs/adr/0022). Clones share it.
///
/// The default has nothing to wait for: data in memory, or in another engine.
#[derive(Clone, Default)]
pub(crate) struct Commits(Option<Arc<Flushes>>);

/// The flushes of SQLite's write-ahead log, one after the other.
struct Flushes {
    /// How many have begun.
    begun: AtomicU64,
    log: Arc<Mutex<Log>>,
}

struct Log {
    /// Sees the engine's commits, and makes none.
    connection: Connection,
    flush: Flush,
    /// What is on the disk; or how the disk failed, for ever: the system may have dropped what it
    /// could not write, and say nothing of it the next time.
    flushed: Result<Flushed, io::ErrorKind>,
}

/// Waits until the log is on the disk.
type Flush = Box<dyn Fn() -> io::Result<()> + Send>;

#[derive(Clone, Copy, Default)]
struct Flushed {
    /// The number of the last flush.
    number: u64,
    /// The data's version at its beginning, by SQLite's `data_version`; none before the first.
    version: Option<i64>,
}

impl Commits {
    /// Of the file that `connection` is to, which makes no commits of its own from here on.
    ///
    /// # Errors
    /// The file has no name, or its log can't be opened.
    pub(crate) fn of(connection: Connection) -> Result<Self, String> {
        let file = connection
            .path()
            .filter(|path| !path.is_empty())
            .ok_or("its file has no name in UTF-8")?;
        let log = format!("{file}-wal");
        // It is not written here; but Windows lets only writers wait for the disk.
        let file =
            OpenOptions::new().write(true).open(&log).map_err(|error| format!("{log}: {error}"))?;
        Ok(Self::new(connection, Box::new(move || file.sync_data())))
    }

    /// Of the data that `connection` is to, whose log `flush` brings to the disk.
    pub(crate) fn new(connection: Connection, flush: Flush) -> Self {
        let log = Log { connection, flush, flushed: Ok(Flushed::default()) };
        Self(Some(Arc::new(Flushes { begun: AtomicU64::new(0), log: Arc::new(Mutex::new(log)) })))
    }

    /// Waits until all that was committed before this was asked is on the disk. To be asked before
    /// anybody is told of what is in the table.
    ///
    /// # Errors
    /// The disk has failed, now or before; SQLite doesn't answer; or the service is ending.
    pub(crate) async fn on_disk(&self) -> io::Result<()> {
        let Some(flushes) = &self.0 else { return Ok(()) };
        let before = flushes.begun.load(Ordering::SeqCst);
        let mut log = Arc::clone(&flushes.log).lock_owned().await;
        let flushed = log.flushed?;
        // Of those who waited here during one flush, the first makes the next, which began after
        // all of them had asked.
        if flushed.number > before {
            return Ok(());
        }
        let version = log
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(io::Error::other)?;
        if flushed.version == Some(version) {
            return Ok(());
        }
        let number = flushes.begun.fetch_add(1, Ordering::SeqCst) + 1;
        // The lock goes along, so that who leaves meanwhile takes no outcome with them.
        let flushing = tokio::task::spawn_blocking(move || {
            let outcome = (log.flush)();
            log.flushed = outcome
                .as_ref()
                .map(|()| Flushed { number, version: Some(version) })
                .map_err(io::Error::kind);
            outcome
        });
        flushing.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
impl Commits {
    /// The version of the data at the last flush.
    pub(crate) async fn version(&self) -> Option<i64> {
        self.0.as_ref()?.log.lock().await.flushed.unwrap().version
    }

    /// A flush that tells when it is reached, and goes on when it is told.
    pub(crate) fn held() -> (Self, Receiver<()>, Sender<()>) {
        let (reached, flushing) = channel();
        let (go_on, waits) = channel();
        let flush = move || {
            reached.send(()).map_err(io::Error::other)?;
            waits.recv().map_err(io::Error::other)
        };
        (Self::new(Connection::open_in_memory().unwrap(), Box::new(flush)), flushing, go_on)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::AtomicUsize;

    use tempfile::TempDir;

    use super::*;

    /// A database in a file of its own, and its writer.
    struct Data {
        file: PathBuf,
        writer: Connection,
        _folder: TempDir,
    }

    impl Data {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            let file = folder.path().join("data");
            let writer = Connection::open(&file).unwrap();
            writer.pragma_update(None, "journal_mode", "WAL").unwrap();
            writer.execute_batch("CREATE TABLE t (x);").unwrap();
            Self { file, writer, _folder: folder }
        }

        fn commit(&self) {
            self.writer.execute_batch("INSERT INTO t VALUES (1);").unwrap();
        }

        fn commits(&self, sync: impl Fn() -> io::Result<()> + Send + 'static) -> Commits {
            Commits::new(Connection::open(&self.file).unwrap(), Box::new(sync))
        }
    }

    #[tokio::test]
    async fn commits_are_brought_to_the_disk_once() {
        let (data, count) = (Data::new(), Arc::new(AtomicUsize::new(0)));
        let counter = Arc::clone(&count);
        let commits = data.commits(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        for round in 1..=3 {
            data.commit();
            commits.on_disk().await.unwrap();
            commits.on_disk().await.unwrap();
            assert_eq!(count.load(Ordering::Relaxed), round);
        }
    }

    #[tokio::test]
    async fn those_who_wait_at_once_share_a_flush_whoever_commits_meanwhile() {
        let (data, count) = (Data::new(), Arc::new(AtomicUsize::new(0)));
        let (counter, other) = (Arc::clone(&count), Connection::open(&data.file).unwrap());
        let commits = data.commits(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            other.execute_batch("INSERT INTO t VALUES (2);").map_err(io::Error::other)
        });
        data.commit();
        let waiting = futures::future::join_all((0..16).map(|_| commits.on_disk())).await;
        assert!(waiting.iter().all(Result::is_ok));
        // The first one's, and the one that began after all others had asked.
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_disk_that_failed_once_is_not_believed_again() {
        let (data, failures) = (Data::new(), AtomicUsize::new(1));
        let commits = data.commits(move || match failures.swap(0, Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err(io::ErrorKind::StorageFull.into()),
        });
        data.commit();
        assert_eq!(commits.on_disk().await.unwrap_err().kind(), io::ErrorKind::StorageFull);
        data.commit();
        assert_eq!(commits.on_disk().await.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
