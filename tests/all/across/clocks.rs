//! Functions whose clocks differ and act one after the other, and a clock that jumps back: no record's
//! time falls, no state is undone, and nothing is announced twice.

use std::collections::BTreeMap;

use beckon::Options;
use harness::{App, GROUP, LossyTable, Mail, Person, eventually};
use serde_json::{Value, json};

/// How far the clocks are off, in seconds.
const OFF: i64 = 300;
const DAY: i64 = 86_400;

/// Returns a service over the same table, whose clock is so many seconds ahead. Only the other one's
/// stream starts functions.
async fn ahead(table: &LossyTable, seconds: i64) -> App {
    let app = App::with(Options { streams: false, schedules: false, ..table.options() }).await;
    app.advance(seconds);
    app
}

/// The times of the records that a clock must not turn back, as they were last seen.
#[derive(Default)]
struct Times(BTreeMap<String, (u64, BTreeMap<&'static str, u64>)>);

impl Times {
    /// Looks at the records again, after this step.
    async fn rise(&mut self, app: &App, step: &str) {
        for item in app.scan().await {
            let number = |name: &str| item[name]["N"].as_str().and_then(|text| text.parse().ok());
            let is_watched = ["invite", "group"].map(Some).contains(&item["type"]["S"].as_str());
            let Some(version) = number("version").filter(|_| is_watched) else { continue };
            let names = ["updated_at", "authority_changed_at"].into_iter();
            let times = names.filter_map(|name| Some((name, number(name)?))).collect();
            let key = format!("{}/{}", item["pk"]["S"], item["sk"]["S"]);
            let before = self.0.insert(key, (version, times));
            let Some((version_before, times_before)) = before else { continue };
            assert!(version >= version_before, "after {step}: {item}");
            for (name, before) in times_before {
                let now: Option<u64> = number(name);
                assert!(now >= Some(before), "after {step}: {name} was {before}: {item}");
            }
        }
    }
}

/// Returns the events of the group in the order of the trail, each as its type. Each is there once, and
/// those of one invite or membership are in the order of its changes.
async fn trail(app: &App) -> Vec<String> {
    let mut events = app.items("event").await;
    events.sort_by_key(|event| event["sk"]["S"].as_str().map(str::to_owned));
    let mut last = BTreeMap::new();
    for event in &events {
        let sequence: u64 = event["sequence"]["N"].as_str().unwrap().parse().unwrap();
        let kind = event["event"]["S"].as_str().unwrap();
        let subject = match kind.split('.').next() {
            Some("invite") => event["invite"].to_string(),
            Some("member") => event["user"].to_string(),
            _ => "the group".to_owned(),
        };
        let before = last.insert(subject, sequence);
        assert!(before.is_none_or(|before| before < sequence), "{event}");
    }
    events.iter().map(|event| event["event"]["S"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the trail has this event so many times, and returns it.
async fn trail_with(app: &App, kind: &str, times: usize) -> Vec<String> {
    eventually(&format!("{times} times {kind}"), || async {
        let found = trail(app).await;
        (found.iter().filter(|one| *one == kind).count() >= times).then_some(found)
    })
    .await
}

fn count(trail: &[String], kind: &str) -> usize {
    trail.iter().filter(|one| *one == kind).count()
}

/// Writes Alice's wish to be told of each piece of news.
async fn tells_alice(app: &App) {
    let profile = json!({"email": "alice@example.com", "notify": "each"});
    app.directory().writes_user("alice", &profile).await.is(200);
}

/// Returns the subjects of the mails to this address.
async fn subjects(app: &App, address: &str) -> Vec<String> {
    let mails = app.mails_to(address).await;
    mails.into_iter().map(|Mail { subject, .. }| subject).collect()
}

fn to(name: &str, lifetime: i64) -> Value {
    json!({"email": format!("{name}@example.com"), "expires_in": lifetime, "notify": false})
}

/// The person as another service, with its clock, knows them.
fn alice(app: &App) -> Person {
    app.person("alice").name("Alice")
}

#[tokio::test]
async fn functions_whose_clocks_differ_undo_no_state_and_announce_nothing_twice() {
    let app = App::with(Options { schedules: false, ..Options::default() }).await;
    let table = LossyTable::of(&app).await;
    let (late, early) = (ahead(&table, -OFF).await, ahead(&table, OFF).await);
    let mut times = Times::default();
    let owner = app.owner().await;
    tells_alice(&app).await;

    // Each step is made by another function than the one before.
    let ada = alice(&early).invited(to("ada", 20 * DAY)).await;
    times.rise(&app, "a create by an early function").await;
    owner.updates(&ada.id, json!({"roles": ["admin"]})).await.is(200);
    times.rise(&app, "an update").await;
    alice(&late).updates(&ada.id, json!({"message": "Welcome."})).await.is(200);
    times.rise(&app, "an update by a late function").await;
    late.person("ada").accepts(&ada.token).await.is(200);
    times.rise(&app, "an acceptance by a late function").await;
    for app in [&early, &late, &app] {
        alice(app).revokes(&ada.id).await.refuses(409, "invite_not_pending");
        app.person("ada").accepts(&ada.token).await.is(200);
    }

    let link = alice(&early).invited(json!({"link": {"max_uses": 3}})).await;
    early.person("kim").accepts(&link.token).await.is(200);
    times.rise(&app, "a use of a link by an early function").await;
    late.person("lea").accepts(&link.token).await.is(200);
    times.rise(&app, "a use of a link by a late function").await;

    alice(&early).removes("lea").await.is(204);
    times.rise(&app, "a removal by an early function").await;
    alice(&late).removes("kim").await.is(204);
    times.rise(&app, "a removal by a late function").await;

    // An early function says that an invite has expired, and a late one that it has not.
    let eve = owner.invited(to("eve", 400)).await;
    app.advance(200);
    late.advance(200);
    early.advance(200);
    assert_eq!(early.ticks().await["expired"], 1);
    times.rise(&app, "an expiry by an early function").await;
    for app in [&late, &app, &early] {
        app.ticks().await;
        app.person("eve").accepts(&eve.token).await.refuses(410, "invite_expired");
        assert_eq!(alice(app).reads(&eve.id).await.json["state"], "expired");
    }

    alice(&early).patches(&format!("/v1/groups/{GROUP}"), &json!({"name": "Later"})).await.is(200);
    alice(&late).patches(&format!("/v1/groups/{GROUP}"), &json!({"name": "Late"})).await.is(200);
    times.rise(&app, "a change of the group by a late function").await;
    alice(&early).patches(&format!("/v1/groups/{GROUP}"), &json!({"name": "Club"})).await.is(200);
    alice(&late).deletes(&format!("/v1/groups/{GROUP}")).await.is(204);
    times.rise(&app, "a deletion by a late function").await;
    for (kind, times) in [
        ("invite.accepted", 1),
        ("invite.expired", 1),
        ("invite.changed", 2),
        ("group.changed", 3),
        ("group.deleted", 1),
    ] {
        let trail = trail_with(&app, kind, times).await;
        assert_eq!(count(&trail, kind), times, "{kind}: {trail:?}");
    }
}

#[tokio::test]
async fn functions_whose_clocks_differ_send_each_mail_once() {
    let app = App::with(Options { schedules: false, ..Options::default() }).await;
    let table = LossyTable::of(&app).await;
    let (late, early) = (ahead(&table, -OFF).await, ahead(&table, OFF).await);
    let owner = app.owner().await;
    tells_alice(&app).await;
    let mut body = to("ada", 20 * DAY);
    body["notify"] = json!(true);
    let ada = alice(&late).invited(body).await;
    app.mail_to("ada@example.com").await;
    let expired = alice(&early).invited(to("eve", 600)).await;

    let ticks = async || {
        for app in [&early, &late, &app] {
            app.ticks().await;
        }
        app.settled(&owner).await;
    };
    for (passes, mails) in [(2 * DAY, 2), (OFF, 2), (3 * DAY, 3)] {
        for app in [&early, &late, &app] {
            app.advance(passes);
        }
        ticks().await;
        ticks().await;
        let found = subjects(&app, "ada@example.com").await;
        assert_eq!(found.len(), mails, "{found:?}");
    }
    late.person("ada").accepts(&ada.token).await.is(200);
    app.nth_mail_to("alice@example.com", 2).await;
    ticks().await;
    let mut told = subjects(&app, "alice@example.com").await;
    told.sort();
    assert_eq!(
        told,
        [
            "Your invitation of eve@example.com to Private Group has expired",
            "ada@example.com accepted your invitation to Private Group",
        ]
    );
    assert_eq!(alice(&late).reads(&expired.id).await.json["state"], "expired");
}

#[tokio::test]
async fn a_clock_that_jumps_back_undoes_no_state_and_announces_nothing_twice() {
    let app = App::with(Options { schedules: false, ..Options::default() }).await;
    let mut times = Times::default();
    let owner = app.owner().await;
    tells_alice(&app).await;
    let mut body = to("ada", 20 * DAY);
    body["notify"] = json!(true);
    let ada = owner.invited(body).await;
    app.mail_to("ada@example.com").await;
    let eve = owner.invited(to("eve", 400)).await;
    let link = owner.invited(json!({"link": {"max_uses": 3}})).await;
    app.person("kim").accepts(&link.token).await.is(200);
    app.advance(401);
    app.ticks().await;
    app.mail_to("alice@example.com").await;
    times.rise(&app, "an expiry").await;

    app.advance(-2 * OFF);
    app.ticks().await;
    app.person("lea").accepts(&link.token).await.is(200);
    times.rise(&app, "a use of a link").await;
    alice(&app).updates(&ada.id, json!({"roles": ["admin"]})).await.is(200);
    app.person("eve").accepts(&eve.token).await.refuses(410, "invite_expired");
    alice(&app).removes("lea").await.is(204);
    times.rise(&app, "an update and a removal").await;
    app.person("ada").accepts(&ada.token).await.is(200);
    app.nth_mail_to("alice@example.com", 2).await;
    times.rise(&app, "an acceptance").await;
    alice(&app).patches(&format!("/v1/groups/{GROUP}"), &json!({"name": "Club"})).await.is(200);

    // The clock is right again, and what was due comes again.
    app.advance(2 * OFF);
    app.ticks().await;
    app.settled(&alice(&app)).await;
    times.rise(&app, "the clock's return").await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
    assert_eq!(app.mails_to("alice@example.com").await.len(), 2);
    for (invited, state) in [(&ada, "accepted"), (&eve, "expired")] {
        assert_eq!(alice(&app).reads(&invited.id).await.json["state"], state);
    }
    for (kind, times) in [("invite.expired", 1), ("invite.accepted", 1), ("invite.changed", 1)] {
        let trail = trail_with(&app, kind, times).await;
        assert_eq!(count(&trail, kind), times, "{kind}: {trail:?}");
    }
}
