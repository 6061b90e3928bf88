//! The suppression list: apps see why an address gets no mail, and allow it again.

use beckon::Options;
use harness::{App, Person, eventually};
use serde_json::{Value, json};

const PATH: &str = "/v1/suppressions/ada@example.com";

/// Starts a service whose SES reports what becomes of the mails.
async fn start() -> App {
    App::with(Options { feedback: true, ..Options::default() }).await
}

/// Returns a caller that may read and clear the list.
fn app_of(app: &App) -> Person {
    app.user("crm").claim("scope", json!("suppressions:write"))
}

/// Waits until the mail of this invite is in this state, and returns its delivery.
async fn delivered(alice: &Person, group: &str, id: &str, state: &str) -> Value {
    let path = format!("/v1/groups/{group}/invites/{id}");
    eventually(&format!("the delivery to be {state}"), || async {
        let delivery = alice.gets(&path).await.json["delivery"].clone();
        (delivery["state"] == state).then_some(delivery)
    })
    .await
}

#[tokio::test]
async fn an_address_that_bounced_gets_no_mail_until_an_app_allows_it_again() {
    let app = start().await;
    let (alice, crm) = (app.owner().await, app_of(&app));
    crm.gets(PATH).await.refuses(404, "suppression_not_found");
    app.tells_ses(json!({"fault": "bounce", "to": "Ada@example.com", "times": 1})).await;
    let first = alice.invited(json!({"email": "Ada@example.com"})).await;
    let delivery = delivered(&alice, "3773", &first.id, "bounced").await;
    assert_eq!(delivery["reason"], "hard_bounce");
    let entry = crm.gets("/v1/suppressions/ADA%40example.com").await.is(200).json;
    assert_eq!((&entry["object"], &entry["reason"]), (&json!("suppression"), &json!("bounced")));
    assert_eq!(entry["email"], "ADA@example.com");
    assert!(entry["created_at"].is_string());

    // Another group's invite gets no mail, and stands: its link works.
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let second = alice.invites_to("other", json!({"email": "ada@example.com"})).await.is(201);
    let delivery = delivered(&alice, "other", second.text_at("/id"), "suppressed").await;
    assert_eq!(delivery["reason"], "address_bounced");
    app.person("ada").accepts(second.text_at("/token")).await.is(200);

    // Its table names nobody.
    let stored = app.items("suppression").await;
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].to_string().contains("example.com"), "{}", stored[0]);

    crm.deletes(PATH).await.is(204);
    crm.deletes(PATH).await.is(204);
    crm.gets(PATH).await.refuses(404, "suppression_not_found");
    app.advance(60);
    let again = format!("/v1/groups/3773/invites/{}/resend", first.id);
    alice.posts(&again, &json!({})).await.is(200);
    delivered(&alice, "3773", &first.id, "delivered").await;
    assert_eq!(app.mails_to("Ada@example.com").await.len(), 2);
}

#[tokio::test]
async fn only_an_app_with_the_scope_sees_the_list() {
    let app = App::start().await;
    for caller in [app.person("ada"), app.directory()] {
        caller.gets(PATH).await.refuses(403, "insufficient_scope");
        caller.deletes(PATH).await.refuses(403, "insufficient_scope");
    }
    app.nobody().gets(PATH).await.refuses(401, "unauthenticated");
    let crm = app_of(&app);
    crm.gets("/v1/suppressions/ada").await.refuses(404, "not_found");
    crm.gets(&format!("{PATH}?reason=x")).await.refuses(400, "invalid_query");
}
