//! Runs every function's real binary under Amazon's Runtime Interface Emulator.
//!
//! - Each event runs at the time that it contains. Its answer must equal the snapshot in
//!   `tests/all/snapshots/events`.
//! - A panic must become the API's own 500.
//! - A start without a needed variable must fail and name the variable.
//!
//! `just test-rie` builds the binaries and runs this. With words, it runs only the events whose
//! name contains one. The binaries are unmodified: `libfaketime` provides their clock, and the local
//! service's embedded engine provides their table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
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
    /// Runs only the events whose name contains one of these words, and no other checks
    words: Vec<String>,
    /// The emulator's binary
    #[arg(long)]
    emulator: PathBuf,
    /// libfaketime's library
    #[arg(long)]
    faketime: PathBuf,
    /// The folder of the functions' binaries
    #[arg(long)]
    functions: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let running =
        beckon::start(Options { port: 0, demo: false, settings: env_json(), ..Options::default() })
            .await
            .expect("the service starts");
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
