//! Replays every event and compares the answer with the one in process.

use std::collections::BTreeMap;

use beckon::Running;
use serde_json::Value;
use tests::events::{cases, given, packages, shown, shown_mails, snapshot, text, time};
use tests::table;

use crate::emulator::{Emulator, Setup};
use crate::{Report, TABLE};

/// Runs every event whose name contains one of the words. Each starts with an empty table and the
/// events given for it.
pub(crate) async fn run(setup: &Setup, running: &Running, words: &[String]) -> Report {
    let mut report = Report::default();
    let mut world = World { setup, running, emulators: BTreeMap::new(), given: given() };
    for package in packages() {
        let mut count = 0;
        for case in cases(&package) {
            let name = format!("{package}/{case}");
            if words.is_empty() || words.iter().any(|word| name.contains(word)) {
                let expected = snapshot(&name).unwrap_or_else(|| "no snapshot".into());
                let answer = world.answered(&name).await;
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
    given: BTreeMap<String, Vec<String>>,
}

impl World<'_> {
    async fn answered(&mut self, name: &str) -> String {
        let endpoint = self.running.environment.required("AWS_ENDPOINT_URL_DYNAMODB").unwrap();
        table::make_like(endpoint, self.running.environment.required("TABLE_NAME").unwrap(), TABLE)
            .await;
        let mails = self.inbox().await.len();
        for earlier in self.given.get(name).cloned().unwrap_or_default() {
            let answer = self.invoke(&earlier).await;
            let status = answer["statusCode"].as_u64().unwrap_or_default();
            assert!(
                (200..300).contains(&status),
                "{earlier}, given for {name}, was answered with {answer}"
            );
        }
        let answer = self.invoke(name).await;
        table::delete(endpoint, TABLE).await;
        if !name.starts_with("background-") {
            return shown(&answer);
        }
        let inbox = self.inbox().await;
        shown_mails(&answer, &inbox[..inbox.len() - mails])
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

    /// Returns the mails so far, newest first.
    async fn inbox(&self) -> Vec<Value> {
        let answer = reqwest::get(format!("{}/local/inbox", self.running.url)).await.unwrap();
        let inbox: Value = answer.json().await.unwrap();
        inbox["messages"].as_array().unwrap().clone()
    }
}
