//! Replays every event and compares the answer with its snapshot.

use std::collections::BTreeMap;

use beckon::Running;
use harness::events::{cases, given, packages, shown, shown_mails, snapshot, text, time};
use harness::mail::inbox;
use harness::table;
use serde_json::Value;
use shared::config::settings;

use crate::emulator::{Emulator, Setup};
use crate::report::Report;

/// The functions' table. The local service's own table has a stream, from which the service would
/// send mail.
pub(crate) const TABLE: &str = "emulated";

/// Runs the events whose name contains one of the words, or every event if there are no words. Each
/// runs on a new table, after the events that `events/given.json` names for it.
pub(crate) async fn run(setup: &Setup, running: &Running, words: &[String]) -> Report {
    let mut report = Report::default();
    let mut world = World { setup, running, emulators: BTreeMap::new() };
    for package in packages() {
        let mut count = 0;
        for case in cases(&package) {
            let name = format!("{package}/{case}");
            if words.is_empty() || words.iter().any(|word| name.contains(word)) {
                let expected = snapshot(&name).unwrap_or_else(|| "no snapshot".into());
                let answer = world.answer_to(&name).await;
                report.note(&name, same(&expected, &answer), || {
                    format!("in process:\n{expected}\nunder the emulator:\n{answer}")
                });
                count += 1;
            }
        }
        if count > 0 {
            println!("{package}: {count} events");
        }
    }
    report
}

/// Returns whether the texts are equal up to the line end that every snapshot file has.
fn same(expected: &str, answer: &str) -> bool {
    expected.trim_end() == answer.trim_end()
}

struct World<'a> {
    setup: &'a Setup,
    running: &'a Running,
    /// The functions' emulators, reused between events as Lambda reuses its environments.
    emulators: BTreeMap<String, Emulator>,
}

impl World<'_> {
    async fn answer_to(&mut self, name: &str) -> String {
        let environment = &self.running.environment;
        let endpoint = environment.required(settings::AWS_ENDPOINT_URL_DYNAMODB).unwrap();
        let like = environment.required(settings::TABLE_NAME).unwrap();
        table::make_like(endpoint, like, TABLE).await;
        let mails = inbox(self.running).await.len();
        for earlier in given(name) {
            let answer = self.invoke(&earlier).await;
            let status = answer["statusCode"].as_u64().unwrap_or_default();
            assert!(
                (200..300).contains(&status),
                "{earlier}, which precedes {name}, got the answer {answer}"
            );
        }
        let answer = self.invoke(name).await;
        table::delete(endpoint, TABLE).await;
        if !name.starts_with("background-") {
            return shown(&answer);
        }
        let mailed = inbox(self.running).await;
        shown_mails(&answer, &mailed[..mailed.len() - mails])
    }

    async fn invoke(&mut self, name: &str) -> Value {
        let (package, _) = name.split_once('/').expect("an event's name is <function>/<case>");
        if !self.emulators.contains_key(package) {
            let emulator = self.setup.start(package, package, None).await;
            self.emulators.insert(package.to_owned(), emulator);
        }
        let emulator = &self.emulators[package];
        let event = text(name);
        emulator.set_time(time(&serde_json::from_str(&event).unwrap()));
        let (status, answer) = emulator.invoke(&event).await;
        serde_json::from_str(&answer)
            .unwrap_or_else(|_| panic!("{name}: {status} {answer}\n{}", emulator.log()))
    }
}
