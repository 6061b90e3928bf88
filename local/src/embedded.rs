//! The embedded DynamoDB: dynoxide over SQLite, in memory or in a file.

use std::fs::OpenOptions;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use dynoxide::Database;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::database::DatabaseError;

/// An embedded engine that is ready to be run.
pub struct Embedded {
    /// Where it will answer.
    pub url: String,
    /// Answers; to be run as a task, and ended by being dropped.
    pub serve: BoxFuture<'static, ()>,
    /// When what it committed is on the disk.
    pub(crate) commits: Commits,
}

/// Opens the embedded engine on a loopback port of its own, in memory or in the file `data`.
///
/// # Errors
/// The file can't be opened, or there is no port.
pub async fn embedded(data: Option<&Path>) -> Result<Embedded, DatabaseError> {
    let place = match data.map(Path::to_str) {
        Some(Some(path)) => path.to_owned(),
        Some(None) => return Err(DatabaseError::Engine("its file's name isn't UTF-8".into())),
        // In memory under a name, so that a second connection finds it too.
        None => format!("file:beckon-{}?mode=memory&cache=shared", Uuid::new_v4()),
    };
    let database = Database::new(&place).map_err(failed)?;
    let connection = Connection::open(&place).map_err(failed)?;
    order_stream(&connection).map_err(failed)?;
    let commits = if data.is_some() {
        // The engine's way to `synchronous = NORMAL`: a commit waits for no disk, for whoever is told of it does.
        database.disable_bulk_loading().map_err(failed)?;
        Commits::of(connection).map_err(failed)?
    } else {
        Commits::default()
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serve = async move {
        // Ended by being dropped, so there is nothing to wait for.
        if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await {
            tracing::error!(error, "the embedded database ended");
        }
    };
    Ok(Embedded { url, serve: serve.boxed(), commits })
}

fn failed(error: impl std::error::Error) -> DatabaseError {
    DatabaseError::Engine(error.to_string())
}

/// Keeps the engine as fast as it began (docs/adr/0021): at each write and each look at the stream it reads every record that the stream ever had,
/// where an index would do, and it never drops one, where DynamoDB keeps them for 24 hours.
fn order_stream(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DELETE FROM _stream_records WHERE created_at < unixepoch() - 86400;
         CREATE INDEX IF NOT EXISTS beckon_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER));",
    )
}

/// Brings what the engine committed onto the disk, once for all who wait for it at the same time (docs/adr/0022). Clones share it.
///
/// The default has nothing to wait for: data in memory, or in another engine.
#[derive(Clone, Default)]
pub(crate) struct Commits(Option<Arc<Mutex<Log>>>);

/// SQLite's write-ahead log.
struct Log {
    /// Sees the engine's commits.
    connection: Connection,
    /// Waits until the log is on the disk.
    sync: Sync,
    /// The version of the data that is on the disk, none before the first time; or how the disk failed, for ever: the system may have dropped
    /// what it could not write, and say nothing of it the next time.
    on_disk: Result<Option<i64>, io::ErrorKind>,
}

type Sync = Box<dyn Fn() -> io::Result<()> + Send>;

impl Commits {
    /// Of the file that `connection` is to, which makes no commits of its own from here on.
    fn of(connection: Connection) -> io::Result<Self> {
        let log = format!("{}-wal", connection.path().unwrap_or_default());
        // It is not written here; but Windows lets only writers wait for the disk.
        let file = OpenOptions::new().write(true).open(log)?;
        Ok(Self::new(connection, Box::new(move || file.sync_data())))
    }

    fn new(connection: Connection, sync: Sync) -> Self {
        Self(Some(Arc::new(Mutex::new(Log { connection, sync, on_disk: Ok(None) }))))
    }

    /// Waits until all that was committed before this was asked is on the disk. To be asked before anybody is told of what is in the table.
    ///
    /// # Errors
    /// The disk has failed, now or before.
    pub(crate) async fn on_disk(&self) -> io::Result<()> {
        let Some(log) = &self.0 else { return Ok(()) };
        // Of those who wait here during one sync, the first makes the next, and the others find their commits in it.
        let mut log = Arc::clone(log).lock_owned().await;
        let version = log.connection.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(io::Error::other)?;
        if log.on_disk? == Some(version) {
            return Ok(());
        }
        // The lock goes along, so that who leaves meanwhile takes no outcome with them.
        let synced = tokio::task::spawn_blocking(move || {
            let synced = (log.sync)();
            log.on_disk = synced.as_ref().map(|()| Some(version)).map_err(io::Error::kind);
            synced
        });
        synced.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_engine_finds_its_stream_s_end_by_an_index_and_drops_what_is_a_day_old() {
        let place = format!("file:{}?mode=memory&cache=shared", Uuid::new_v4());
        let _engine = Database::new(&place).unwrap();
        let connection = Connection::open(&place).unwrap();
        let record = |at: &str, sequence: u8| {
            let columns = "table_name, event_name, keys_json, sequence_number, shard_id, created_at";
            format!("INSERT INTO _stream_records ({columns}) VALUES ('beckon', 'INSERT', '{{}}', '{sequence}', 'shard', {at});")
        };
        connection.execute_batch(&(record("unixepoch() - 90000", 1) + &record("unixepoch() - 80000", 2))).unwrap();

        order_stream(&connection).unwrap();

        let text = |query: &str, column| connection.query_one(query, [], |row| row.get::<_, String>(column)).unwrap();
        assert_eq!(text("SELECT group_concat(sequence_number) FROM _stream_records", 0), "2");
        // As the engine asks (dynoxide 3.2, `next_stream_sequence_number`).
        let question = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'beckon'";
        let plan = text(&format!("EXPLAIN QUERY PLAN {question}"), 3);
        assert!(plan.contains("INDEX beckon_stream_order"), "{plan}");
    }

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
    async fn commits_are_brought_to_the_disk_together_and_once() {
        let (data, count) = (Data::new(), Arc::new(AtomicUsize::new(0)));
        let counter = Arc::clone(&count);
        let commits = data.commits(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        for round in 1..=3 {
            data.commit();
            let waiting = futures::future::join_all((0..16).map(|_| commits.on_disk())).await;
            assert!(waiting.iter().all(Result::is_ok));
            assert_eq!(count.load(Ordering::Relaxed), round);
        }
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

    #[tokio::test]
    async fn what_the_engine_commits_is_seen() {
        let data = Data::new();
        let engine = embedded(Some(&data.file)).await.unwrap();
        let Some(log) = &engine.commits.0 else { panic!("a file has commits to wait for") };
        engine.commits.on_disk().await.unwrap();
        let before = log.lock().await.on_disk.unwrap();
        data.commit();
        engine.commits.on_disk().await.unwrap();
        assert!(before.is_some());
        assert_ne!(log.lock().await.on_disk.unwrap(), before);
        assert!(embedded(None).await.unwrap().commits.0.is_none());
    }
}
