//! `bench`: what Beckon costs and how fast it is. Each command measures in one run what it
//! compares, and prints a table or, with `--json`, one JSON object a row. docs/performance.md says
//! what the figures were, and how to read them.

mod cold;
mod cost;
mod engine;
mod fault;
mod load;
mod report;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures Beckon.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON object a row instead of a table
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Capacity units, items and round trips of every operation, and what they cost on AWS; exact
    Cost,
    /// Cold starts, first and warm invocations of release binaries, beside a floor
    Cold(cold::Options),
    /// The local service under load, with more and more invites stored
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
