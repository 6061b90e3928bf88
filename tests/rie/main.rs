//! Every function's real binary under Amazon's Runtime Interface Emulator: each of its events,
//! answered as `tests/all/snapshots/events` says, at the time that the event tells; what becomes of
//! a panic; and what a start without a variable ends with.
//!
//! `just test-rie` builds the binaries and runs this; with words, only the events whose name has
//! one of them. The binaries know nothing of this: `libfaketime` lies between them and the system's
//! clock, and the table is the one that the local service embeds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is a test, which fails by panics"
)]

mod configuration;
mod emulator;
mod panics;
mod replay;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use beckon::Options;
use clap::Parser;
use emulator::Setup;
use harness::events::{env_json, environment};

/// Runs every function's binary under the Lambda Runtime Interface Emulator.
#[derive(Parser)]
struct Arguments {
    /// Only the events whose name has one of these words, without the other checks
    words: Vec<String>,
    /// The emulator's binary
    #[arg(long)]
    emulator: PathBuf,
    /// libfaketime's library
    #[arg(long)]
    faketime: PathBuf,
    /// Where the functions' binaries are
    #[arg(long)]
    functions: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let running =
        beckon::start(Options { port: 0, demo: false, settings: env_json(), ..Options::default() })
            .await
            .expect("a service");
    let setup = Setup {
        emulator: arguments.emulator,
        faketime: arguments.faketime,
        functions: arguments.functions,
        logs: std::env::temp_dir().join(format!("beckon-rie-{}", std::process::id())),
        variables: environment(&running, replay::TABLE).into_iter().collect(),
    };
    std::fs::create_dir_all(&setup.logs).unwrap();
    let began = Instant::now();
    let mut report = replay::run(&setup, &running, &arguments.words).await;
    if arguments.words.is_empty() {
        report.extend(panics::run(&setup).await);
        report.extend(configuration::run(&setup).await);
    }
    report.print(&setup, began.elapsed())
}
