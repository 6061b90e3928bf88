//! The embedded DynamoDB: dynoxide over SQLite, in memory or in a file.

use std::net::Ipv4Addr;
use std::path::Path;

use dynoxide::Database;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::commits::Commits;
use crate::database::DatabaseError;

/// An embedded engine that is ready to be run.
pub struct Embedded {
    /// Where it will answer.
    pub url: String,
    /// Answers; to be run as a task, and ended by being dropped.
    pub serve: BoxFuture<'static, ()>,
    /// To wait on until its commits are on the disk; who asks the engine by its URL is answered
    /// before.
    pub(crate) commits: Commits,
}

/// Opens the embedded engine on a loopback port of its own, in memory or in the file `data`.
///
/// In a file, it answers before its commits are on the disk (docs/adr/0022): who tells others of
/// them waits for `Embedded::commits`.
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
        // The engine's way to `synchronous = NORMAL`: a commit waits for no disk, for whoever is
        // told of it does.
        database.disable_bulk_loading().map_err(failed)?;
        Commits::of(connection).map_err(DatabaseError::Engine)?
    } else {
        Commits::default()
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serve = async move {
        // Ended by being dropped, so there is nothing to wait for.
        if let Err(error) =
            dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await
        {
            tracing::error!(error, "the embedded database ended");
        }
    };
    Ok(Embedded { url, serve: serve.boxed(), commits })
}

fn failed(error: impl std::error::Error) -> DatabaseError {
    DatabaseError::Engine(error.to_string())
}

/// Keeps the engine as fast as it began (docs/adr/0021): at each write and each look at the stream
/// it reads every record that the stream ever had, where an index would do, and it never drops one,
/// where DynamoDB keeps them for 24 hours.
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
    fn the_engine_finds_its_stream_s_end_by_an_index_and_drops_what_is_a_day_old() {
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
        // As the engine asks (dynoxide 3.2, `next_stream_sequence_number`).
        let question = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'beckon'";
        let plan = text(&format!("EXPLAIN QUERY PLAN {question}"), 3);
        assert!(plan.contains("INDEX beckon_stream_order"), "{plan}");
    }

    #[tokio::test]
    async fn what_the_engine_commits_is_seen() {
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
