//! The embedded DynamoDB: dynoxide over SQLite, in memory or in a file. Only this process reaches it
//! (docs/adr/0032).

mod answer;
mod connector;
mod door;
mod engine;
mod failing;
mod operations;
mod readers;
mod writer;

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use dynoxide::Database;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use engine::Engine;
use readers::Readers;

use crate::commits::Commits;
use crate::database::DatabaseError;
use crate::faults::{Orders, TableFault};
use crate::server;

/// An embedded engine, ready to be run.
pub struct Embedded {
    /// The URL at which it will listen. It holds a secret of this process.
    pub url: String,
    /// The engine's server. Run it as a task; dropping it stops the engine.
    pub serve: BoxFuture<'static, ()>,
    /// The way to the engine for the clients of this process. It needs no socket.
    pub connector: SharedHttpConnector,
    /// A receiver that is told of each request but a read.
    pub(crate) written: watch::Receiver<()>,
    /// Waits until the engine's commits are on the disk. Requests to `url` do not wait for them.
    pub(crate) commits: Commits,
    /// The engine's orders to fail.
    pub(crate) faults: Arc<Orders<TableFault>>,
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
    let (commits, readers) = if data.is_some() {
        // This is the engine's way to set `synchronous = NORMAL`. `Commits` waits for the disk
        // instead of the commit.
        database.disable_bulk_loading().map_err(failed)?;
        let commits = Commits::of(connection).map_err(DatabaseError::Engine)?;
        (commits, Some(Readers::of(&place)))
    } else {
        (Commits::default(), None)
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let url = format!("http://{}/{secret}", listener.local_addr()?);
    let faults = Arc::<Orders<TableFault>>::default();
    let engine = Engine::new(database, readers, Arc::clone(&faults));
    let (connector, written) = (connector::connector(engine.clone()), engine.written());
    let router = door::router(engine, secret);
    let serve = async move {
        // It ends when it is dropped, so it needs no shutdown signal.
        if let Err(error) = server::serve(listener, router, std::future::pending()).await {
            tracing::error!(%error, "the embedded database stopped");
        }
    };
    Ok(Embedded { url, serve: serve.boxed(), connector, written, commits, faults })
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

#[cfg(test)]
mod tests {
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
            engine.commits.version().await.unwrap()
        };
        let before = version().await;
        clients.ensure_table("beckon", &table).await.unwrap();
        assert_ne!(version().await, before);
        assert_eq!(version().await, version().await);
        assert_eq!(embedded(None).await.unwrap().commits.version().await, None);
    }
}
