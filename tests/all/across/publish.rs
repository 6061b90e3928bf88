//! Events leave the service: to a bus of EventBridge, each at least once and with one id.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::{App, Bus, eventually};
use serde_json::{Value, json};
use shared::domain::event::EventKind;

/// Returns the events on the local bus, oldest first.
async fn on_bus(app: &App) -> Vec<Value> {
    let answer = app.nobody().gets("/local/events").await.is(200).json;
    let mut events = answer["events"].as_array().unwrap().clone();
    events.reverse();
    events
}

/// Returns the ids of events, in their order.
fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_event_on_the_bus_is_that_of_the_audit_trail() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.person("ada").accepts(&invited.token).await.is(200);
    let subject = format!("groups/3773/invites/{}", invited.id);
    let events = eventually("the acceptance on the bus", || async {
        let events = on_bus(&app).await;
        let own = events.into_iter().filter(|event| event["detail"]["subject"] == subject.as_str());
        let own: Vec<Value> = own.collect();
        (own.len() == 2).then_some(own)
    })
    .await;
    let trail = alice.gets(&format!("/v1/groups/3773/events?invite={}", invited.id)).await;
    let mut trail = trail.is(200).data().to_vec();
    trail.retain(|event| event["user_id"].is_null());
    trail.reverse();
    for ((event, kept), kind) in
        events.iter().zip(&trail).zip(["invite.created", "invite.accepted"])
    {
        let detail = &event["detail"];
        assert_eq!((&event["source"], &event["event-bus"]), (&json!("beckon"), &json!("default")));
        assert_eq!((&event["detail-type"], &detail["type"]), (&json!(kind), &json!(kind)));
        assert_eq!(
            (&detail["specversion"], &detail["source"]),
            (&json!("1.0"), &json!(app.running.url))
        );
        assert_eq!((&detail["id"], &detail["data"]), (&kept["id"], kept));
        assert_eq!((&detail["time"], &event["time"]), (&kept["at"], &kept["at"]));
        let text = event.to_string();
        for secret in [invited.token.as_str(), "ada@example.com", "Alice"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let sequences: Vec<&str> =
        events.iter().map(|event| event["detail"]["sequence"].as_str().unwrap()).collect();
    assert!(sequences[0] < sequences[1] && sequences[0].len() == 20, "{sequences:?}");
    assert_eq!(trail.len(), 2, "{trail:?}");
}

#[tokio::test]
async fn events_that_the_bus_refuses_are_put_again_alone() {
    let bus = Bus::refusing(&[&[0]]).await;
    let app = App::with(bus.options()).await;
    let alice = app.owner().await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let taken = eventually("all events on the bus", || async {
        let taken = bus.taken();
        taken.iter().any(|event| event["type"] == "invite.created").then_some(taken)
    })
    .await;
    let requests = eventually("the refused event put again", || async {
        Some(bus.requests()).filter(|requests| requests.len() > 1)
    })
    .await;
    assert_eq!(requests[1], requests[0][..1], "only the refused event is put again");
    let distinct: BTreeSet<String> = ids(&taken).into_iter().collect();
    assert_eq!(distinct.len(), taken.len(), "no event is taken twice: {taken:?}");
}

#[tokio::test]
async fn a_bus_that_fails_for_long_gets_the_same_ids_and_holds_up_no_consequence() {
    // Four attempts make one failed invocation.
    let everything: &[usize] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    let bus = Bus::refusing(&[everything; 9]).await;
    let app = App::with(bus.options()).await;
    app.owner().await;
    let first = eventually("the tenth request", || async { bus.requests().get(9).cloned() }).await;
    assert_eq!(bus.requests()[0][0]["id"], first[0]["id"]);
    let taken = eventually("an event on the bus", || async {
        let taken = bus.taken();
        taken.iter().any(|event| event["type"] == "group.created").then_some(taken)
    })
    .await;
    assert_eq!(taken[0], bus.requests()[0][0]);
    assert_eq!(app.nobody().gets("/local/health").await.json["on_failure"], 0);
}

#[test]
fn the_docs_explain_each_kind_of_event() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let docs = fs::read_to_string(root.join("docs/events.md")).unwrap();
    for kind in EventKind::ALL {
        let row = format!("| `{}` | ", kind.as_str());
        assert_eq!(docs.matches(&row).count(), 1, "docs/events.md: {row}");
    }
}
