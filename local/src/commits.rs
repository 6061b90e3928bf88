//! Waits until what the embedded engine committed is on the disk.

use std::fs::OpenOptions;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(test)]
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

/// Waits until the engine's commits are on the disk, with one flush for all concurrent callers
/// (docs/adr/0022). Clones share it.
///
/// The default waits for nothing, for data in memory or in another engine.
#[derive(Clone, Default)]
pub(crate) struct Commits(Option<Arc<Flushes>>);

/// The flushes of SQLite's write-ahead log, one at a time.
struct Flushes {
    /// The number of flushes that have started.
    begun: AtomicU64,
    log: Arc<Mutex<Log>>,
    /// Where flushes are made. A thread that gives way to others must not hold up those who wait for
    /// the same flush.
    runtime: Handle,
}

struct Log {
    /// Observes the engine's commits and makes none.
    connection: Connection,
    flush: Flush,
    /// The last flush, or the first error of the disk. An error is permanent, because the system
    /// may drop data that it failed to write and report success the next time.
    flushed: Result<Flushed, io::ErrorKind>,
}

/// Returns when the log is on the disk.
type Flush = Box<dyn Fn() -> io::Result<()> + Send>;

#[derive(Clone, Copy, Default)]
struct Flushed {
    /// The number of the last flush, or 0 before the first.
    number: u64,
    /// SQLite's `data_version` when the last flush started. `None` before the first flush.
    version: Option<i64>,
}

impl Commits {
    /// Creates the commits of the file that `connection` has open. `connection` must make no
    /// commits.
    ///
    /// # Errors
    /// A message if the file has no name in UTF-8 or its log cannot be opened.
    pub(crate) fn of(connection: Connection) -> Result<Self, String> {
        let file = connection
            .path()
            .filter(|path| !path.is_empty())
            .ok_or("the file's name is not UTF-8")?;
        let log = format!("{file}-wal");
        // It is not written here, but Windows can only sync a file that is open for writing.
        let file =
            OpenOptions::new().write(true).open(&log).map_err(|error| format!("{log}: {error}"))?;
        Ok(Self::new(connection, Box::new(move || file.sync_data())))
    }

    /// Creates the commits of the data that `connection` has open. `flush` brings its log to the
    /// disk, on the runtime that calls this.
    pub(crate) fn new(connection: Connection, flush: Flush) -> Self {
        let log = Log { connection, flush, flushed: Ok(Flushed::default()) };
        let (begun, log) = (AtomicU64::new(0), Arc::new(Mutex::new(log)));
        Self(Some(Arc::new(Flushes { begun, log, runtime: Handle::current() })))
    }

    /// Waits until everything committed before this call is on the disk. Call it before you report
    /// anything from the table.
    ///
    /// # Errors
    /// An `io::Error` if the disk fails or failed before, SQLite fails, or the service is ending.
    pub(crate) async fn on_disk(&self) -> io::Result<()> {
        let Some(flushes) = &self.0 else { return Ok(()) };
        if Handle::current().id() == flushes.runtime.id() {
            return flushes.on_disk().await;
        }
        let there = Arc::clone(flushes);
        let flushed = flushes.runtime.spawn(async move { there.on_disk().await });
        flushed.await.map_err(io::Error::other)?
    }
}

impl Flushes {
    async fn on_disk(&self) -> io::Result<()> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut log = Arc::clone(&self.log).lock_owned().await;
        let flushed = log.flushed?;
        // Several callers may have waited for the lock during a flush. The first of them starts the
        // next flush, which covers all of them.
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
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        // The task owns the lock, so that its outcome is recorded even if this caller is cancelled.
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
    /// Returns the version of the data at the last flush.
    pub(crate) async fn version(&self) -> Option<i64> {
        self.0.as_ref()?.log.lock().await.flushed.unwrap().version
    }

    /// Returns commits whose flush reports when it starts and waits for a signal to finish.
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

    /// A database in a temporary file, and its writer.
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
    async fn commits_are_flushed_once() {
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
    async fn concurrent_waiters_share_a_flush_while_others_commit() {
        let (data, count) = (Data::new(), Arc::new(AtomicUsize::new(0)));
        let (counter, other) = (Arc::clone(&count), Connection::open(&data.file).unwrap());
        let commits = data.commits(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            other.execute_batch("INSERT INTO t VALUES (2);").map_err(io::Error::other)
        });
        data.commit();
        let waiting = futures::future::join_all((0..16).map(|_| commits.on_disk())).await;
        assert!(waiting.iter().all(Result::is_ok));
        // One flush for the first caller, and one that started after all others had called.
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_disk_failure_is_permanent() {
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
