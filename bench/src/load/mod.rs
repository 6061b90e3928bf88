//! `bench load`: puts the local service's release binary under load over HTTP. It measures create,
//! list and accept, sequentially and with sixteen concurrent requests, and the service's start-up
//! time and memory: first with a growing number of stored invites, then beside its peers.

mod folder;
mod peers;
mod process;
mod product;
mod server;
mod steps;

use std::path::PathBuf;

use clap::Args;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use crate::Fault;

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// How many invites are stored at the most; the steps are powers of ten from 1,000 on; 0 for no
    /// steps
    #[arg(long, default_value_t = 100_000)]
    invites: usize,
    /// Requests of each kind at each step and in each round, 10,000 at the most, for the inbox
    /// keeps no more mails; accepts are fewer
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u16).range(1..=i64::from(product::KEPT)))]
    requests: u16,
    /// Where the data are: in memory, or in a file on which each write waits for the disk
    #[arg(long, value_delimiter = ',', default_value = "memory,file")]
    data: Vec<String>,
    /// The local service
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/beckon"))]
    binary: PathBuf,
    /// Measure these beside it, all with their data in a file; bench/peers/install brings them
    #[arg(long, value_delimiter = ',')]
    peers: Vec<product::Product>,
    /// How often each peer is measured
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

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
