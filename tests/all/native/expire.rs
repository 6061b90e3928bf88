//! The second in which an invite expires.

use harness::{App, seconds};
use serde_json::json;

#[tokio::test]
async fn an_invite_is_expired_from_the_second_of_expires_at() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let invited = alice.invited(json!({"email": "ada@example.com", "expires_in": 300})).await;
    let end = invited.json["expires_at"].as_str().unwrap();
    assert_eq!(seconds(end) - seconds(invited.json["created_at"].as_str().unwrap()), 300);

    // The other 30 seconds are for a slow machine.
    app.advance(270);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    assert_eq!(alice.lists("?state=pending").await.each("id"), [invited.id.as_str()]);
    assert_eq!(app.nobody().previews(&invited.token).await.json["state"], "pending");

    app.advance_to(end);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "expired");
    assert!(alice.lists("?state=pending").await.data().is_empty());
    let all = alice.lists("").await;
    assert_eq!(
        (all.each("id"), all.each("state")),
        (vec![invited.id.clone()], vec!["expired".to_owned()])
    );
    assert!(ada.looks_into_inbox().await.data().is_empty());
    assert_eq!(app.nobody().previews(&invited.token).await.is(200).json["state"], "expired");
    app.nobody().opens(&invited.token).await.is(410);
    ada.accepts(&invited.token).await.refuses(410, "invite_expired");
    ada.accepts_by_id(&invited.id).await.refuses(410, "invite_expired");
    ada.declines(&invited.token).await.refuses(410, "invite_expired");
    alice.revokes(&invited.id).await.refuses(410, "invite_expired");
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn a_link_expires_unless_it_has_no_expiry() {
    let app = App::start().await;
    let alice = app.owner().await;
    let short = alice.invited(json!({"link": {}, "expires_in": 300})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 5}, "expires_in": 300})).await;
    let endless = alice.invited(json!({"link": {}, "expires_in": null})).await;
    assert!(endless.json["expires_at"].is_null());
    app.advance(10 * 365 * 86_400);
    let ada = app.person("ada");
    ada.accepts(&short.token).await.refuses(410, "invite_expired");
    ada.accepts(&counted.token).await.refuses(410, "invite_expired");
    assert_eq!(alice.lists("?state=pending").await.each("id"), [endless.id.as_str()]);
    ada.accepts(&endless.token).await.is(200);
}
