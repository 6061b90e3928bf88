//! Runs every event of `events/` through its function, at the time that the event names.
//!
//! The events that `events/given.json` lists run first, to fill the table. Each answer is a
//! snapshot, and each snapshot has its event.

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::Path;

use beckon::{FUNCTIONS, Function};
use futures::{StreamExt, stream};
use harness::events::{
    all_given, cases, exists, given, names_in, shown, shown_mails, snapshot_of, text, time,
};
use serde_json::Value;
use shared::domain::clock::Timestamp;

use crate::lambda::{Deployment, SEND_MAIL};

async fn run(deployment: &Deployment, name: &str) -> Value {
    let (package, _) = name.split_once('/').expect("an event name is <function>/<case>");
    let event = text(name);
    deployment.set_time(Timestamp::from_seconds(time(&serde_json::from_str(&event).unwrap())));
    deployment.invoke(package, &event).await
}

/// Starts a deployment, and runs the events that `events/given.json` lists for this event.
async fn before(name: &str) -> Deployment {
    let deployment = Deployment::start(Timestamp::from_seconds(0)).await;
    for earlier in given(name) {
        let status = run(&deployment, &earlier).await["statusCode"].as_u64().unwrap();
        assert!(
            (200..300).contains(&status),
            "{earlier}, which runs before {name}, was answered with {status}"
        );
    }
    deployment
}

async fn answered(name: &str) -> String {
    let deployment = before(name).await;
    let answer = run(&deployment, name).await;
    if name.starts_with("background-") {
        shown_mails(&answer, &deployment.inbox().await)
    } else {
        shown(&answer)
    }
}

/// Runs every event of every function, several at once. A panic belongs to its event.
#[expect(clippy::disallowed_methods, reason = "the events run concurrently, and each is awaited")]
async fn all_answered() -> Vec<(String, std::thread::Result<String>)> {
    let at_once = std::thread::available_parallelism().map_or(2, |cores| 2 * cores.get());
    let one = |name: String| async move {
        let answer = tokio::spawn({
            let name = name.clone();
            async move { answered(&name).await }
        });
        (name, answer.await.map_err(|failed| failed.into_panic()))
    };
    stream::iter(names()).map(one).buffered(at_once).collect().await
}

/// Returns every event of every function in the registry, as `<function>/<case>`.
fn names() -> Vec<String> {
    let of_function = |function: &Function| {
        let package = function.package();
        let cases = cases(&package).into_iter();
        cases.map(move |case| format!("{package}/{case}")).collect::<Vec<_>>()
    };
    FUNCTIONS.iter().flat_map(of_function).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_gets_the_answer_of_its_snapshot() {
    let mut broken = Vec::new();
    for (name, answer) in all_answered().await {
        let snapshot = answer.and_then(|answer| catch_unwind(|| {
            insta::with_settings!({ snapshot_path => "snapshots/events", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(snapshot_of(&name), answer);
            });
        }));
        if snapshot.is_err() {
            broken.push(name);
        }
    }
    assert!(broken.is_empty(), "{} events: {}", broken.len(), broken.join(", "));
}

#[test]
fn every_event_has_its_snapshot_and_every_snapshot_its_event() {
    let wanted: BTreeSet<String> =
        names().iter().map(|name| format!("{}.snap", snapshot_of(name))).collect();
    let mut found = names_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("all/snapshots/events"));
    found.retain(|name| !name.ends_with(".snap.new"));
    assert_eq!(
        found, wanted,
        "run the tests, review the new snapshots, and delete the snapshots without an event"
    );
}

#[test]
fn every_event_in_given_json_exists() {
    for (key, earlier) in all_given() {
        let known = names().iter().any(|name| {
            *name == key
                || name.split('/').next() == Some(&key)
                || name.split('-').next() == Some(&key)
        });
        assert!(known, "events/given.json names {key}, which is not an event, function or API");
        for name in earlier {
            assert!(exists(&name), "events/given.json names {name}, which is not an event");
        }
    }
}

/// A stream record must hold the item as the store writes it. Otherwise the events test a table
/// that cannot exist.
#[tokio::test]
async fn the_stream_record_holds_the_item_that_the_store_writes() {
    let name = format!("{SEND_MAIL}/success");
    let mut record: Value = serde_json::from_str(&text(&name)).unwrap();
    let change = &mut record["Records"][0]["dynamodb"];
    let mut item = before(&name).await.item(&change["Keys"]).await;
    // The request id is random.
    item["request"] = change["NewImage"]["request"].clone();
    assert_eq!(
        change["NewImage"], item,
        "put this as NewImage into events/{name}.json and the others:\n{item:#}"
    );
}
