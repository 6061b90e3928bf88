//! `bench load`: puts the local service's release binary under load over HTTP. It measures create,
//! list and accept, sequentially and with sixteen concurrent requests, and the service's start-up
//! time and memory: first with a growing number of stored invites, in one crowded group and with a
//! link that many people join by, then beside its peers.

mod crowd;
mod folder;
mod growth;
mod link;
mod options;
mod peers;
mod place;
mod process;
mod product;
mod rows;
mod server;
mod service;
mod steps;

pub(crate) use options::Options;

use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use crate::fault::Fault;

/// Measures and prints until done or stopped by a signal. All started processes and their data are
/// then removed.
///
/// # Errors
/// The first `Fault` of a measurement, or one that names the signal.
pub(crate) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    let mut asked = signal(SignalKind::terminate())?;
    tokio::select! {
        measured = measure(options, json) => measured,
        _ = asked.recv() => Err("stopped by SIGTERM".into()),
        interrupted = ctrl_c() => Err(interrupted.map_or_else(Fault::from, |()| "stopped by Ctrl-C".into())),
    }
}

async fn measure(options: &Options, json: bool) -> Result<(), Fault> {
    if !options.binary.exists() {
        return Err("the local service is not built: cargo build --release -p beckon".into());
    }
    let in_file = options.grows() && options.data.iter().any(|data| data == "file");
    if in_file || !options.peers.is_empty() {
        folder::place()?;
    }
    if options.grows() {
        steps::run(options, json).await?;
    }
    if !options.peers.is_empty() {
        peers::run(options, json).await?;
    }
    Ok(())
}
