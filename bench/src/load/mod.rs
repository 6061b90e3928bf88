//! `bench load`: the local service's release binary over HTTP: create, list and accept, one at a
//! time and sixteen at once; how long it takes to start, and how much memory it has; first with
//! more and more invites stored, then beside its peers.

mod folder;
mod options;
mod peers;
mod process;
mod product;
mod server;
mod steps;

pub(crate) use options::Options;

use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use crate::fault::Fault;

/// Measures and prints, until a signal asks to stop: all that was started ends with this, and its
/// data go.
///
/// # Errors
/// The first that any measurement has, or that it was stopped.
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
        return Err("the local service isn't built: cargo build --release -p beckon".into());
    }
    let in_file = options.invites > 0 && options.data.iter().any(|data| data == "file");
    if in_file || !options.peers.is_empty() {
        folder::place()?;
    }
    if options.invites > 0 {
        steps::run(options, json).await?;
    }
    if !options.peers.is_empty() {
        peers::run(options, json).await?;
    }
    Ok(())
}
