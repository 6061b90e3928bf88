//! Measures the local service with a growing number of stored invites, and at the end in one crowded
//! group and with a link that many people join by.

use serde_json::json;

use super::crowd::{self, Crowd};
use super::folder::Folder;
use super::growth::{AT_ONCE, steps};
use super::link;
use super::options::Options;
use super::place::Place;
use super::rows::{self, Row};
use super::service::{PER_GROUP, Service};
use crate::fault::Fault;

/// The number of groups for the measured invites. They are empty at each step, because a create
/// reads more the more invites are pending in its group.
const MEASURED_GROUPS: usize = 100;
/// Creates the groups for the measured invites of a step, and returns the place.
async fn spread(
    service: &Service,
    stored: usize,
    at_once: usize,
    requests: usize,
) -> Result<Place, Fault> {
    // These names sort among those of the stored groups, so that the measured invites go to all
    // parts of the table.
    let count = stored / PER_GROUP;
    let name = |at: usize| format!("g{}x{stored}x{at_once}x{at}", at * count / MEASURED_GROUPS);
    let groups: Vec<String> = (0..MEASURED_GROUPS).map(name).collect();
    for group in &groups {
        service.group(group).await?;
    }
    let step = (count / requests.max(1)).max(1);
    let listed = (0..requests).map(|at| format!("g{}", at * step % count)).collect();
    Ok(Place { stored, at_once, groups, listed, suffix: String::new() })
}

/// Measures all steps and prints the table. An error of one place of the data ends only the measurement
/// there, and what was measured before is printed, because a run may take hours.
///
/// # Errors
/// The last `Fault`.
pub(super) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    let crowd = crowd::of(options.crowd.into(), options.requests.into())?;
    let mut rows = Vec::new();
    let mut outcome = Ok(());
    for data in &options.data {
        if let Err(fault) = measure(options, data, crowd.as_ref(), &mut rows, json).await {
            eprintln!("{data}: {fault}");
            outcome = Err(fault);
        }
    }
    rows::print(&rows, json);
    outcome
}

/// Measures the steps with the data there, and adds their rows.
async fn measure(
    options: &Options,
    data: &str,
    crowd: Option<&Crowd>,
    rows: &mut Vec<Row>,
    json: bool,
) -> Result<(), Fault> {
    let requests = usize::from(options.requests);
    let folder = if data == "file" { Some(Folder::new()?) } else { None };
    let service = Service::start(options, folder.as_ref()).await?;
    let mut stored = 0;
    for step in steps(options.invites) {
        service.fill(stored..step).await?;
        stored = step;
        for at_once in AT_ONCE {
            eprintln!("{data}, {stored} invites stored: measuring, {at_once} at once");
            let place = spread(&service, stored, at_once, requests).await?;
            rows.extend(place.measure(&service, data, requests).await?);
        }
    }
    print_server(&service, data, stored, json)?;
    if options.joins > 0 {
        eprintln!("{data}, {stored} invites stored: measuring joins by one link");
        link::measure(&service, options, data, stored, rows).await?;
    }
    if let Some(crowd) = crowd {
        eprintln!("{data}, {stored} invites stored: measuring in one group");
        crowd.measure(&service, data, stored, rows).await?;
    }
    Ok(())
}

fn print_server(service: &Service, data: &str, stored: usize, json: bool) -> Result<(), Fault> {
    let server = &service.server;
    let (started, idle) = (server.started.as_secs_f64() * 1000.0, server.idle);
    let full = server.memory()?;
    if json {
        println!(
            "{}",
            json!({"data": data, "start_ms": started, "idle_pss_mb": idle, "stored": stored, "pss_mb": full})
        );
    } else {
        println!(
            "{data}: first answer after {started:.0} ms, {idle:.1} MB idle, {full:.0} MB with {stored} invites"
        );
    }
    Ok(())
}
