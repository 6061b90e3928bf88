//! `bench cold`: measures the start, the first answer and the warm answers of a function's release
//! binary, beside a floor in the same run.

mod calls;
mod engine_calls;
mod figures;
mod peer;
mod process;
mod program;
mod ratios;
mod runtime_api;
mod stage;
mod subject;
mod tls;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::fault::Fault;
use crate::release;
use figures::{Figures, Start};
use peer::Peer;
use process::Process;
use program::Program;
use runtime_api::RuntimeApi;
use stage::Stage;
use subject::{ACCEPT, CREATE, HELLO, PUT, Subject};
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
    /// The peers to measure besides `native-create-invite`, in the same rounds. Install them with
    /// bench/peers/install
    #[arg(long, value_delimiter = ',')]
    peers: Vec<Peer>,
    /// The number of cold starts of each function, interleaved with the others'
    #[arg(long, default_value_t = 25)]
    starts: usize,
    /// The number of warm invocations of each function
    #[arg(long, default_value_t = 2000)]
    warm: usize,
    /// The number of starts of each function with its package not in the system's cache
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

impl Options {
    /// Returns the functions and peers to measure. The first two are the floors.
    async fn subjects(&self) -> Result<Vec<Subject>, Fault> {
        let mut names = vec![HELLO.to_owned(), PUT.to_owned()];
        if !self.peers.is_empty() && self.functions.iter().all(|name| name != CREATE) {
            names.push(CREATE.to_owned());
        }
        names.extend(self.functions.iter().cloned());
        let named = |name: &String| Subject::named(name, &self.binaries);
        let mut subjects = names.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        if let Some(missing) = subjects.iter().find(|subject| !subject.program.is_built()) {
            let packages: String = names.iter().map(|name| format!(" -p {name}")).collect();
            let name = missing.name;
            return Err(format!("{name} is not built: cargo build --release{packages}").into());
        }
        for peer in &self.peers {
            subjects.push(Subject::peer(*peer).await?);
        }
        Ok(subjects)
    }

    /// Returns the number of events of each function: two to count its calls, one more start and one
    /// more warm invocation than are measured, over each transport.
    fn events(&self) -> usize {
        (self.starts + self.warm + 4) * self.over.len()
    }
}

/// Measures the functions and prints the figures.
pub(crate) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    let subjects = options.subjects().await?;
    let accepts = subjects.iter().filter(|subject| subject.name == ACCEPT).count();
    let events = options.events();
    let mut stage = Stage::set(accepts * events, (subjects.len() - accepts) * events).await?;
    let folder = std::env::temp_dir().join(format!("beckon-bench-{}", std::process::id()));
    let certificates = Certificates::make(&folder)?;
    for over in &options.over {
        let mut api = RuntimeApi::start().await?;
        let tls = over == "tls";
        let environment = stage.environment(&api.address, &certificates, tls).await?;
        let figures = measure(options, &subjects, &stage, &mut api, &environment).await?;
        figures::print(over, &figures, json)?;
        ratios::print_to_floor_price(over, &figures, json)?;
        ratios::print_to_peers(over, &figures, &options.peers, json)?;
        if !tls {
            let mut engine =
                engine_calls::get_and_put(stage.engine(), stage.table()?, options.warm).await?;
            figures::print_to_engine(&mut engine, &figures, json)?;
        }
    }
    Ok(())
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
        let calls = calls::count(subject, stage, api, environment).await?;
        let (size, zip) = subject.program.sizes().await?;
        figures.push(Figures { name: subject.name, calls, size, zip, ..Figures::default() });
    }
    // The first round is not counted, because the first function in it would warm the caches for
    // the others.
    for round in 0..=options.starts {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            let start = one_start(api, subject, stage, environment).await?;
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
            subject.program.evict()?;
            figures.disk.push(init_only(api, environment, &subject.program).await?);
        }
    }
    Ok(figures)
}

async fn one_start(
    api: &mut RuntimeApi,
    subject: &Subject,
    stage: &Stage,
    environment: &[(String, String)],
) -> Result<Start, Fault> {
    let process = Process::start(&subject.program, environment)?;
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
    program: &Program,
) -> Result<Duration, Fault> {
    let process = Process::start(program, environment)?;
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
    let process = Process::start(&subject.program, environment)?;
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
