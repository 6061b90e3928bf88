//! `bench cold`: measures the start, the first answer and the warm answers of a function's release
//! binary, beside a floor in the same run.

mod engine_calls;
mod figures;
mod process;
mod runtime_api;
mod stage;
mod subject;
mod tls;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::fault::Fault;
use crate::release;
use figures::{Figures, Start};
use process::Process;
use runtime_api::RuntimeApi;
use stage::Stage;
use subject::{ACCEPT, HELLO, PUT, Subject};
use tls::Certificates;

/// The options of `bench cold`.
#[derive(Args)]
pub(crate) struct Options {
    /// The functions to measure besides the two floors
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "native-create-invite,native-accept-invite,native-list-group-invites"
    )]
    functions: Vec<String>,
    /// The number of cold starts of each function, interleaved with the others'
    #[arg(long, default_value_t = 25)]
    starts: usize,
    /// The number of warm invocations of each function
    #[arg(long, default_value_t = 2000)]
    warm: usize,
    /// The number of starts of each function with the binary not in the system's cache
    #[arg(long, default_value_t = 5)]
    disk: usize,
    /// The folder of the release binaries. By default the release folder beside this program
    #[arg(long, default_value_os_t = binaries())]
    binaries: PathBuf,
    /// The transports to DynamoDB and to the issuer's keys: `plain`, `tls`, or both in turn
    #[arg(long, value_delimiter = ',', default_value = "plain,tls")]
    over: Vec<String>,
}

/// Returns the folder of the functions' release builds.
fn binaries() -> PathBuf {
    release::folder()
}

/// Measures the functions and prints the figures.
pub(crate) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    let mut names = vec![HELLO.to_owned(), PUT.to_owned()];
    names.extend(options.functions.iter().cloned());
    let subjects = Subject::named(&names)?;
    for subject in &subjects {
        if !options.binaries.join(subject.name).exists() {
            let packages: String = names.iter().map(|name| format!(" -p {name}")).collect();
            return Err(
                format!("{} is not built: cargo build --release{packages}", subject.name).into()
            );
        }
    }
    let each = options.starts + options.warm + options.disk + 1;
    let accepts =
        if names.iter().any(|name| name == ACCEPT) { each * options.over.len() } else { 0 };
    let mut stage = Stage::set(accepts).await?;
    let folder = std::env::temp_dir().join(format!("beckon-bench-{}", std::process::id()));
    let certificates = Certificates::make(&folder)?;
    for over in &options.over {
        let mut api = RuntimeApi::start().await?;
        let tls = over == "tls";
        let environment = stage.environment(&api.address, &certificates, tls).await?;
        let figures = measure(options, &subjects, &stage, &mut api, &environment).await?;
        figures::print(over, &figures, json)?;
        if !tls {
            let mut engine =
                engine_calls::get_and_put(stage.engine(), stage.table()?, options.warm).await?;
            figures::print_to_engine(&mut engine, &figures, json)?;
        }
    }
    Ok(std::fs::remove_dir_all(folder)?)
}

async fn measure(
    options: &Options,
    subjects: &[Subject],
    stage: &Stage,
    api: &mut RuntimeApi,
    environment: &[(String, String)],
) -> Result<Vec<Figures>, Fault> {
    let mut figures = Vec::new();
    for subject in subjects {
        let binary = options.binaries.join(subject.name);
        let (size, zip) = process::sizes(&binary).await?;
        figures.push(Figures { name: subject.name, size, zip, ..Figures::default() });
    }
    // The first round is not counted, because the first function in it would warm the caches for
    // the others.
    for round in 0..=options.starts {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            let start =
                one_start(api, subject, stage, environment, &options.binaries.join(subject.name))
                    .await?;
            if round > 0 {
                figures.starts.push(start);
            }
        }
    }
    for (subject, figures) in subjects.iter().zip(&mut figures) {
        warm(api, subject, stage, environment, options, figures).await?;
    }
    for _ in 0..options.disk {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            let binary = options.binaries.join(subject.name);
            process::evict(&binary)?;
            figures.disk.push(init_only(api, environment, &binary).await?);
        }
    }
    Ok(figures)
}

async fn one_start(
    api: &mut RuntimeApi,
    subject: &Subject,
    stage: &Stage,
    environment: &[(String, String)],
    binary: &Path,
) -> Result<Start, Fault> {
    let process = Process::start(binary, environment)?;
    let (give, at) = api.waits().await?;
    let init = at - process.since;
    let init_cpu = process.cpu().await?;
    let (asked, answered) = api.invokes(give, subject.event(stage)?, subject.status).await?;
    let (rest, _) = api.waits().await?;
    let cpu = process.cpu().await?;
    process.end().await?;
    drop(rest);
    Ok(Start { init, init_cpu, first: answered - asked, first_cpu: cpu - init_cpu })
}

async fn init_only(
    api: &mut RuntimeApi,
    environment: &[(String, String)],
    binary: &Path,
) -> Result<Duration, Fault> {
    let process = Process::start(binary, environment)?;
    let (give, at) = api.waits().await?;
    let init = at - process.since;
    process.end().await?;
    drop(give);
    Ok(init)
}

async fn warm(
    api: &mut RuntimeApi,
    subject: &Subject,
    stage: &Stage,
    environment: &[(String, String)],
    options: &Options,
    figures: &mut Figures,
) -> Result<(), Fault> {
    let process = Process::start(&options.binaries.join(subject.name), environment)?;
    let (mut give, _) = api.waits().await?;
    let mut before = Duration::ZERO;
    // The first invocation is not a warm one.
    for round in 0..=options.warm {
        if round == 1 {
            before = process.cpu().await?;
        }
        let (asked, answered) = api.invokes(give, subject.event(stage)?, subject.status).await?;
        if round > 0 {
            figures.warm.push(answered - asked);
        }
        (give, _) = api.waits().await?;
    }
    figures.warm_cpu = process.cpu().await? - before;
    figures.memory = process.peak_memory()?;
    process.end().await?;
    drop(give);
    Ok(())
}
