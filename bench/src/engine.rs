//! The embedded DynamoDB on a loopback port of its own.

use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::fault::Fault;

/// A loopback port, and the URL of what will answer there.
pub(crate) async fn port() -> Result<(TcpListener, String), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

/// Starts an engine in memory as one of `tasks`, as the local service does; gives its URL.
pub(crate) async fn start(tasks: &mut JoinSet<()>) -> Result<String, Fault> {
    let engine = beckon::embedded(None).await?;
    tasks.spawn(engine.serve);
    Ok(engine.url)
}
