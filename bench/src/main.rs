//! `bench`: measures Beckon's cost and speed. Each command measures everything that it compares in
//! one run, and prints a table, or one JSON object per row with `--json`. docs/performance.md
//! records the figures and explains how to read them.

mod cold;
mod cost;
mod engine;
mod fault;
mod load;
mod processes;
mod release;
mod report;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures Beckon's cost and speed.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON object per row instead of a table
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Measure the capacity units, items, round trips and AWS prices of every operation, exactly
    Cost,
    /// Measure cold starts, first and warm invocations of release binaries, beside a floor
    Cold(cold::Options),
    /// Measure the local service under load, with a growing number of stored invites
    Load(load::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Cold(options) => cold::run(options, arguments.json).await,
        Command::Load(options) => load::run(options, arguments.json).await,
        Command::Cost => cost::run(arguments.json).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}
