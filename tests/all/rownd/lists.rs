//! Lists a group's invites.

use harness::App;
use serde_json::json;

use super::{editor, fails, invite, invites, made, members};

#[tokio::test]
async fn the_list_has_invites_of_every_state_and_api() {
    let app = App::start().await;
    let alice = app.owner().await;
    let declined = made(&alice, editor("ada@example.com")).await;
    app.person("ada").declines(&declined.token).await.is(200);
    let expired = alice.invited(json!({"email": "bob@example.com", "expires_in": 300})).await;
    app.advance(301);
    let link = alice.invited(json!({"link": {}})).await;
    let person =
        alice.invited(json!({"person": {"email": "cy@example.com", "first_name": "Cy"}})).await;
    let listed = alice.gets(&invites()).await.is(200).json;
    assert_eq!(listed["total_results"], 4);
    let state = |id: &str| {
        let results = listed["results"].as_array().unwrap();
        let found = results
            .iter()
            .find(|invite| invite["id"] == *id)
            .unwrap_or_else(|| panic!("{id} is not in {listed}"));
        (found["state"].as_str().unwrap().to_owned(), found["email"].as_str().map(str::to_owned))
    };
    let is = |state: &str, email: Option<&str>| (state.to_owned(), email.map(str::to_owned));
    assert_eq!(state(&declined.id), is("rejected", Some("ada@example.com")));
    assert_eq!(state(&expired.id), is("rejected", Some("bob@example.com")));
    assert_eq!(state(&link.id), is("pending", None));
    assert_eq!(state(&person.id), is("pending", Some("cy@example.com")));
    fails(
        app.person("bob").posts(&format!("{}/accept", invite(&expired.id)), &json!({})).await,
        410,
        "E_INVITE_EXPIRED",
    );
    fails(alice.deletes(&invite(&expired.id)).await, 410, "E_INVITE_EXPIRED");
    fails(alice.deletes(&invite(&declined.id)).await, 409, "E_INVITE_NOT_PENDING");
    assert_eq!(alice.reads(&declined.id).await.is(200).json["state"], "declined");
}

/// A list of a few invites is read by one query, and a longer one by several.
#[tokio::test]
async fn a_list_of_any_length_has_all_invites() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = made(&alice, editor("ada@example.com")).await;
    alice.deletes(&invite(&ada.id)).await.is(204);
    for number in 2..=30 {
        made(&alice, editor(&format!("guest-{number}@example.com"))).await;
        if [23, 24, 25, 26, 30].contains(&number) {
            let listed = alice.gets(&invites()).await.is(200).json;
            let results = listed["results"].as_array().unwrap();
            assert_eq!((results.len(), &listed["total_results"]), (number, &json!(number)));
            assert_eq!(results[number - 1]["state"], "rejected", "the ended ones come last");
            let people = alice.gets(&members()).await.is(200).json;
            assert_eq!(people["total_results"], number, "the owner and the invited people");
        }
    }
}
