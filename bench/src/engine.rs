//! The embedded DynamoDB on its own loopback port.

use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::fault::Fault;

/// Binds a free loopback port. Returns the listener and its URL.
pub(crate) async fn port() -> Result<(TcpListener, String), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

/// Starts an engine in memory as one of `tasks`, like the local service. Returns its URL.
pub(crate) async fn start(tasks: &mut JoinSet<()>) -> Result<String, Fault> {
    let engine = beckon::embedded(None).await?;
    tasks.spawn(engine.serve);
    Ok(engine.url)
}
