//! Every event of `events/`, through the function that it is for, at the time that it tells.
//!
//! What an event finds in the table is made by the events that `events/given.json` names before it. Each answer is a snapshot, and each
//! snapshot has its event.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::domain::clock::Timestamp;

use crate::lambda::{Deployment, REQUEST_FUNCTIONS, SEND_MAIL, pretty};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn event(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.json"))).unwrap_or_else(|error| panic!("events/{name}.json: {error}"))
}

fn names_in(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The names of the function's cases.
fn cases(package: &str) -> BTreeSet<String> {
    let cases: BTreeSet<String> =
        names_in(&folder().join(package)).iter().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect();
    assert!(!cases.is_empty(), "events/{package} has no events");
    cases
}

/// For an event, by its name, those to be run before it.
fn given() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(&event("given")).expect("events/given.json names lists of events")
}

/// When the event happened, as it says itself.
fn time(event: &Value) -> Timestamp {
    let context = &event["requestContext"];
    let milliseconds = context["timeEpoch"].as_i64().or(context["requestTimeEpoch"].as_i64());
    let seconds = milliseconds.map(|at| at / 1000).or(event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"].as_i64());
    Timestamp::from_seconds(seconds.expect("an event says when it happened"))
}

async fn run(deployment: &Deployment, name: &str) -> Value {
    let (package, _) = name.split_once('/').expect("an event is <function>/<case>");
    let text = event(name);
    deployment.set_time(time(&serde_json::from_str(&text).unwrap()));
    deployment.invoke(package, &text).await
}

/// A deployment in which everything has happened that goes before the event.
async fn before(name: &str) -> Deployment {
    let deployment = Deployment::start(Timestamp::from_seconds(0)).await;
    for earlier in given().get(name).into_iter().flatten() {
        let status = run(&deployment, earlier).await["statusCode"].as_u64().unwrap();
        assert!((200..300).contains(&status), "{earlier}, given before {name}, was answered with {status}");
    }
    deployment
}

/// The text without what stands between each `open` and `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        let (_, rest) = part.split_once(close).unwrap_or_default();
        format!("{kept}{open}…{close}{rest}")
    })
}

/// An HTTP answer as one reads it: status, headers, body. What is random in it stands as its name; a page's style and script, which are
/// the page's own tests' matter, are left out.
fn shown(answer: &Value) -> String {
    let status = &answer["statusCode"];
    let body = answer["body"].as_str().unwrap_or_default();
    let fields = |name: &str| answer[name].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    // A REST API takes the one, an HTTP API the other.
    let headers: BTreeMap<String, Value> = fields("multiValueHeaders").chain(fields("headers")).collect();
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let headers: String = headers.iter().map(|(name, header)| format!("{name}: {}\n", value(header))).collect();
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let body = without(&without(body, "<style>", "</style>"), "<script>", "</script>");
    let headers = without(&headers, "'sha256-", "'");
    let shown = format!("{status}\n{headers}\n{}\n", if parsed.is_some() { pretty(&body) } else { body });
    // A door's answer of a token alone is a link's too.
    match parsed.filter(|body| body["invitee"]["kind"] == "link" || body.as_object().is_some_and(|body| body.keys().eq(["token"]))) {
        Some(link) => {
            shown.replace(link["id"].as_str().unwrap_or("[id]"), "[id]").replace(link["token"].as_str().unwrap_or("[token]"), "[token]")
        }
        None => shown,
    }
}

/// What the mail sender answered, and the mails that went out, newest first.
async fn sent(deployment: &Deployment, answer: &Value) -> String {
    let line = |mail: &Value| format!("to {}: {}\n", mail["to"][0].as_str().unwrap(), mail["subject"].as_str().unwrap());
    let mails = deployment.inbox().await;
    format!("{}\n\n{} mails\n{}", pretty(&answer.to_string()), mails.len(), mails.iter().map(line).collect::<String>())
}

async fn answered(name: &str) -> String {
    let deployment = before(name).await;
    let answer = run(&deployment, name).await;
    if name.starts_with(SEND_MAIL) { sent(&deployment, &answer).await } else { shown(&answer) }
}

fn snapshot_of(name: &str) -> String {
    name.replace('/', "__")
}

async fn every_event_of(package: &str) {
    for case in cases(package) {
        let name = format!("{package}/{case}");
        let answer = answered(&name).await;
        insta::with_settings!({ snapshot_path => "snapshots/events", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(snapshot_of(&name), answer);
        });
    }
}

macro_rules! each_function {
    ($($test:ident),* $(,)?) => {
        $(#[tokio::test]
        async fn $test() {
            every_event_of(&stringify!($test).replace('_', "-")).await;
        })*

        /// The functions whose events are run.
        fn run_here() -> BTreeSet<String> {
            BTreeSet::from([$(stringify!($test).replace('_', "-")),*])
        }
    };
}

each_function! {
    background_send_mail,
    evanta_create_group_invite,
    evanta_decline_group_invite,
    evanta_join_group,
    evanta_list_group_invites,
    evanta_list_my_group_invites,
    chembiohub_create_invitation,
    chembiohub_get_invitation,
    chembiohub_invitation_schema,
    chembiohub_list_invitations,
    bungie_cancel_individual_invite,
    bungie_invite_individual,
    bungie_list_invited_individuals,
    bungie_list_potential_groups,
    native_accept_invite,
    native_create_invite,
    native_decline_invite,
    native_get_invite,
    native_invite_page,
    native_list_group_invites,
    native_list_my_invites,
    native_manage_groups,
    native_manage_members,
    native_manage_users,
    native_preview_invite,
    native_revoke_invite,
    onezone_create_user_token,
    onezone_join_group,
}

#[test]
fn every_folder_of_events_is_run() {
    let folders: BTreeSet<String> = names_in(&folder()).into_iter().filter(|name| folder().join(name).is_dir()).collect();
    assert_eq!(folders, run_here(), "add the function to each_function! in tests/all/events.rs");
    assert!(REQUEST_FUNCTIONS.iter().chain([&SEND_MAIL]).all(|package| folders.contains(*package)));
}

#[test]
fn every_event_has_its_snapshot_and_every_snapshot_its_event() {
    let cases = run_here().into_iter().flat_map(|package| cases(&package).into_iter().map(move |case| format!("{package}/{case}")));
    let wanted: BTreeSet<String> = cases.map(|name| format!("{}.snap", snapshot_of(&name))).collect();
    let mut found = names_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("all/snapshots/events"));
    found.retain(|name| !name.ends_with(".snap.new"));
    assert_eq!(found, wanted, "run the tests, look at the new snapshots, and delete those of events that are gone");
}

#[test]
fn every_event_that_is_given_exists() {
    for (name, earlier) in given() {
        for name in earlier.iter().chain([&name]) {
            assert!(folder().join(format!("{name}.json")).exists(), "events/given.json names {name}, which is no event");
        }
    }
}

/// A stream record's image is what the store wrote; otherwise the events show a table that there never was.
#[tokio::test]
async fn the_stream_record_is_what_the_store_writes() {
    let name = format!("{SEND_MAIL}/success");
    let mut record: Value = serde_json::from_str(&event(&name)).unwrap();
    let change = &mut record["Records"][0]["dynamodb"];
    let mut item = before(&name).await.item(&change["Keys"]).await;
    // Random in each write.
    item["request"] = change["NewImage"]["request"].clone();
    assert_eq!(change["NewImage"], item, "put this as NewImage into events/{name}.json and the others:\n{item:#}");
}
