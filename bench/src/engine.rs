//! The embedded DynamoDB on a loopback port of its own.

use std::net::Ipv4Addr;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::Fault;

/// A loopback port, and the URL of what will answer there.
pub(crate) async fn port() -> Result<(TcpListener, String), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

/// Starts an engine in memory as one of `tasks`; gives its URL.
pub(crate) async fn start(tasks: &mut JoinSet<()>) -> Result<String, Fault> {
    let database = Database::memory().map_err(|error| error.to_string())?;
    let (listener, url) = port().await?;
    tasks.spawn(async move {
        if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await {
            eprintln!("bench: the engine ended: {error}");
        }
    });
    Ok(url)
}
