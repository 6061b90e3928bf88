//! Starts each function without each variable that it needs. It must end at once, and its log must
//! name the variable. The configuration's own code decides which variables are needed.

use beckon::{Function, Trigger};
use harness::events::{cases, packages, text};
use shared::config::{ConfigError, Environment};
use shared::domain::clock::Clock;
use shared::{FollowService, MailService, Service, StreamService, WebhookService};

use crate::emulator::Setup;
use crate::report::Report;

pub(crate) async fn run(setup: &Setup) -> Report {
    let mut report = Report::default();
    for package in packages() {
        let event = text(&format!(
            "{package}/{}",
            cases(&package).first().expect("every function has an event")
        ));
        for variable in needed(setup, &package) {
            let emulator = setup
                .start(&package, &format!("{package}-without-{variable}"), Some(variable))
                .await;
            let (status, answer) = emulator.invoke(&event).await;
            let log = emulator.log();
            let named = log.lines().any(|line| line.contains(variable))
                && log.contains("Runtime.ExitError");
            report.note(
                &format!("{package} does not start without {variable} and names it"),
                status.is_server_error() && named,
                || format!("{status} {answer}\n{log}"),
            );
        }
    }
    println!("{} starts without a variable", report.count());
    report
}

/// Returns the variables that the function cannot start without.
fn needed<'a>(setup: &'a Setup, package: &str) -> Vec<&'a str> {
    let start = |without: &str| -> Result<(), ConfigError> {
        let environment: Environment =
            setup.variables.iter().filter(|(name, _)| name != without).cloned().collect();
        let clock = Clock::system();
        match Function::of_package(package).expect("the function is registered").trigger {
            Trigger::Request(..) => Service::start(&environment, clock).map(|_| ()),
            Trigger::Stream(_) => FollowService::start(&environment, clock).map(|_| ()),
            Trigger::Queue(_) => WebhookService::start(&environment, clock).map(|_| ()),
            Trigger::Schedule(_) | Trigger::Topic(_) => {
                StreamService::start(&environment, clock).map(|_| ())
            }
            Trigger::Mail(_) => MailService::start(&environment, clock).map(|_| ()),
        }
    };
    let names = setup.variables.iter().map(|(name, _)| name.as_str());
    names.filter(|name| start(name).is_err_and(|error| error.variable == *name)).collect()
}
