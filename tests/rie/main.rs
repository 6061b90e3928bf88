//! Runs every function's real binary under Amazon's Runtime Interface Emulator.
//!
//! - Each event, at the time that it contains, must get the answer of `tests/all/snapshots/events`.
//! - A panic must become the API's own 500.
//! - A start without a needed variable must fail and name the variable.
//!
//! `just test-rie` builds the binaries and runs this; with words, only the events whose name
//! contains one. The binaries are unmodified: `libfaketime` provides their clock, and the local
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

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use beckon::{Options, Running};
use clap::Parser;
use emulator::Setup;
use tests::events::env_json;

/// The functions' table. It is not the local service's own, because that one has a stream from
/// which the service would send mail.
const TABLE: &str = "emulated";

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
        variables: variables(&running),
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

/// Returns the variables of `events/env.json` and those that lead to the table and the inbox.
fn variables(running: &Running) -> Vec<(String, String)> {
    let same =
        ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_DYNAMODB"];
    let same =
        same.map(|name| (name.to_owned(), running.environment.required(name).unwrap().to_owned()));
    let own = [
        ("TABLE_NAME", TABLE.to_owned()),
        ("AWS_ENDPOINT_URL_SESV2", format!("{}/local/ses", running.url)),
    ];
    let mut variables: std::collections::BTreeMap<String, String> =
        env_json().into_iter().chain(same).collect();
    variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
    variables.into_iter().collect()
}

/// What held and what did not.
#[derive(Default)]
struct Report {
    passed: Vec<String>,
    failed: Vec<String>,
}

impl Report {
    /// Notes whether `name` holds; `why` says why not.
    fn note(&mut self, name: &str, holds: bool, why: impl FnOnce() -> String) {
        if holds {
            self.passed.push(name.to_owned())
        } else {
            self.failed.push(format!("{name}: {}", why()))
        }
    }

    fn extend(&mut self, other: Self) {
        self.passed.extend(other.passed);
        self.failed.extend(other.failed);
    }

    fn print(&self, setup: &Setup, took: std::time::Duration) -> ExitCode {
        for failure in &self.failed {
            println!("FAILED {failure}");
        }
        println!(
            "{} passed, {} failed under the emulator, in {:.1} s",
            self.passed.len(),
            self.failed.len(),
            took.as_secs_f32()
        );
        // Nothing that ran is as good as something that failed.
        if self.failed.is_empty() && !self.passed.is_empty() {
            let _gone = std::fs::remove_dir_all(&setup.logs);
            return ExitCode::SUCCESS;
        }
        println!("logs: {}", setup.logs.display());
        ExitCode::FAILURE
    }
}
