//! The embedded DynamoDB: dynoxide over SQLite, in memory or in a file.

use std::fs::OpenOptions;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(test)]
use std::sync::mpsc::{Receiver, Sender, channel};

use dynoxide::Database;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::database::DatabaseError;

/// An embedded engine, ready to be run.
pub struct Embedded {
    /// The URL at which it will listen.
    pub url: String,
    /// The engine's server. Run it as a task; dropping it stops the engine.
    pub serve: BoxFuture<'static, ()>,
    /// Waits until the engine's commits are on the disk. Requests to `url` do not wait for them.
    pub(crate) commits: Commits,
}

/// Opens the embedded engine on a free loopback port, in memory or in the file `data`.
///
/// With a file, the engine answers before its commits are on the disk. Wait for `Embedded::commits`
/// before you report them (docs/adr/0022).
///
/// # Errors
/// `Engine` if the database cannot be opened, `Port` if no loopback port is free.
pub async fn embedded(data: Option<&Path>) -> Result<Embedded, DatabaseError> {
    let place = match data.map(Path::to_str) {
        Some(Some(path)) => path.to_owned(),
        Some(None) => return Err(DatabaseError::Engine("the file's name is not UTF-8".into())),
        // The name lets a second connection open the same database.
        None => format!("file:beckon-{}?mode=memory&cache=shared", Uuid::new_v4()),
    };
    let database = Database::new(&place).map_err(failed)?;
    let connection = Connection::open(&place).map_err(failed)?;
    order_stream(&connection).map_err(failed)?;
    let commits = if data.is_some() {
        // This is the engine's way to set `synchronous = NORMAL`. `Commits` waits for the disk
        // instead of the commit.
        database.disable_bulk_loading().map_err(failed)?;
        Commits::of(connection).map_err(DatabaseError::Engine)?
    } else {
        Commits::default()
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serve = async move {
        // It ends when it is dropped, so it needs no shutdown signal.
        if let Err(error) =
            dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await
        {
            tracing::error!(error, "the embedded database stopped");
        }
    };
    Ok(Embedded { url, serve: serve.boxed(), commits })
}

fn failed(error: impl std::error::Error) -> DatabaseError {
    DatabaseError::Engine(error.to_string())
}

/// Adds an index to the engine's stream and deletes records older than DynamoDB's 24 hours
/// (docs/adr/0021). Without them, each write and each read of the stream scans every record that
/// was ever made.
fn order_stream(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DELETE FROM _stream_records WHERE created_at < unixepoch() - 86400;
         CREATE INDEX IF NOT EXISTS beckon_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER));",
    )
}

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
    fn of(connection: Connection) -> Result<Self, String> {
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
    /// disk.
    pub(crate) fn new(connection: Connection, flush: Flush) -> Self {
        let log = Log { connection, flush, flushed: Ok(Flushed::default()) };
        Self(Some(Arc::new(Flushes { begun: AtomicU64::new(0), log: Arc::new(Mutex::new(log)) })))
    }

    /// Waits until everything committed before this call is on the disk. Call it before you report
    /// anything from the table.
    ///
    /// # Errors
    /// An `io::Error` if the disk fails or failed before, SQLite fails, or the service is ending.
    pub(crate) async fn on_disk(&self) -> io::Result<()> {
        let Some(flushes) = &self.0 else { return Ok(()) };
        let before = flushes.begun.load(Ordering::SeqCst);
        let mut log = Arc::clone(&flushes.log).lock_owned().await;
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
        let number = flushes.begun.fetch_add(1, Ordering::SeqCst) + 1;
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
    use crate::database::Clients;
    use crate::tasks::Tasks;
    use crate::template::{TEMPLATE, Template};

    #[test]
    fn the_stream_has_an_index_and_drops_records_older_than_a_day() {
        let place = format!("file:{}?mode=memory&cache=shared", Uuid::new_v4());
        let _engine = Database::new(&place).unwrap();
        let connection = Connection::open(&place).unwrap();
        let record = |at: &str, sequence: u8| {
            let columns =
                "table_name, event_name, keys_json, sequence_number, shard_id, created_at";
            format!(
                "INSERT INTO _stream_records ({columns}) VALUES ('beckon', 'INSERT', '{{}}', '{sequence}', 'shard', {at});"
            )
        };
        connection
            .execute_batch(&(record("unixepoch() - 90000", 1) + &record("unixepoch() - 80000", 2)))
            .unwrap();

        order_stream(&connection).unwrap();

        let text = |query: &str, column| {
            connection.query_one(query, [], |row| row.get::<_, String>(column)).unwrap()
        };
        assert_eq!(text("SELECT group_concat(sequence_number) FROM _stream_records", 0), "2");
        // The query of dynoxide 3.2 (`next_stream_sequence_number`).
        let question = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'beckon'";
        let plan = text(&format!("EXPLAIN QUERY PLAN {question}"), 3);
        assert!(plan.contains("INDEX beckon_stream_order"), "{plan}");
    }

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

    #[tokio::test]
    async fn the_engine_s_commits_are_observed() {
        let folder = TempDir::new().unwrap();
        let engine = embedded(Some(&folder.path().join("data"))).await.unwrap();
        let mut tasks = Tasks::default();
        tasks.start(engine.serve);
        let clients = Clients::of_engine(&engine.url);
        let table = Template::parse(TEMPLATE).unwrap().table;
        let version = async || {
            engine.commits.on_disk().await.unwrap();
            let log = engine.commits.0.as_ref().unwrap().log.lock().await;
            log.flushed.unwrap().version.unwrap()
        };
        let before = version().await;
        clients.ensure_table("beckon", &table).await.unwrap();
        assert_ne!(version().await, before);
        assert_eq!(version().await, version().await);
        assert!(embedded(None).await.unwrap().commits.0.is_none());
    }
}
