//! Every event of `events/`, through the function that it is for, at the time that it tells.
//!
//! What an event finds in the table is made by the events that `events/given.json` names before it.
//! Each answer is a snapshot, and each snapshot has its event.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use shared::domain::clock::Timestamp;
use tests::events::{
    cases, exists, given, names_in, packages, shown, shown_mails, snapshot_of, text, time,
};

use crate::lambda::{Deployment, REQUEST_FUNCTIONS, SEND_MAIL};

async fn run(deployment: &Deployment, name: &str) -> Value {
    let (package, _) = name.split_once('/').expect("an event is <function>/<case>");
    let event = text(name);
    deployment.set_time(Timestamp::from_seconds(time(&serde_json::from_str(&event).unwrap())));
    deployment.invoke(package, &event).await
}

/// A deployment in which everything has happened that goes before the event.
async fn before(name: &str) -> Deployment {
    let deployment = Deployment::start(Timestamp::from_seconds(0)).await;
    for earlier in given().get(name).into_iter().flatten() {
        let status = run(&deployment, earlier).await["statusCode"].as_u64().unwrap();
        assert!(
            (200..300).contains(&status),
            "{earlier}, given before {name}, was answered with {status}"
        );
    }
    deployment
}

async fn answered(name: &str) -> String {
    let deployment = before(name).await;
    let answer = run(&deployment, name).await;
    if name.starts_with(SEND_MAIL) {
        shown_mails(&answer, &deployment.inbox().await)
    } else {
        shown(&answer)
    }
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
    rownd_accept_invite,
    rownd_create_invite,
    rownd_delete_invite,
    rownd_get_invite,
    rownd_list_invites,
    rownd_manage_groups,
    rownd_manage_members,
    rownd_update_invite,
}

#[test]
fn every_folder_of_events_is_run() {
    let folders = packages();
    assert_eq!(folders, run_here(), "add the function to each_function! in tests/all/events.rs");
    assert!(REQUEST_FUNCTIONS.iter().chain([&SEND_MAIL]).all(|package| folders.contains(*package)));
}

#[test]
fn every_event_has_its_snapshot_and_every_snapshot_its_event() {
    let cases = run_here().into_iter().flat_map(|package| {
        cases(&package).into_iter().map(move |case| format!("{package}/{case}"))
    });
    let wanted: BTreeSet<String> =
        cases.map(|name| format!("{}.snap", snapshot_of(&name))).collect();
    let mut found = names_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("all/snapshots/events"));
    found.retain(|name| !name.ends_with(".snap.new"));
    assert_eq!(
        found, wanted,
        "run the tests, look at the new snapshots, and delete those of events that are gone"
    );
}

#[test]
fn every_event_that_is_given_exists() {
    for (name, earlier) in given() {
        for name in earlier.iter().chain([&name]) {
            assert!(exists(name), "events/given.json names {name}, which is no event");
        }
    }
}

/// A stream record's image is what the store wrote; otherwise the events show a table that there
/// never was.
#[tokio::test]
async fn the_stream_record_is_what_the_store_writes() {
    let name = format!("{SEND_MAIL}/success");
    let mut record: Value = serde_json::from_str(&text(&name)).unwrap();
    let change = &mut record["Records"][0]["dynamodb"];
    let mut item = before(&name).await.item(&change["Keys"]).await;
    // Random in each write.
    item["request"] = change["NewImage"]["request"].clone();
    assert_eq!(
        change["NewImage"], item,
        "put this as NewImage into events/{name}.json and the others:\n{item:#}"
    );
}
