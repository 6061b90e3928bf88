//! The states that an invite ends in, and the second in which it does.

use harness::{App, seconds};
use serde_json::json;

#[tokio::test]
async fn an_invite_is_expired_from_the_very_second_on() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let invited = alice.invited(json!({"email": "ada@example.com", "expires_in": 300})).await;
    let end = invited.json["expires_at"].as_str().unwrap();
    assert_eq!(seconds(end) - seconds(invited.json["created_at"].as_str().unwrap()), 300);

    // Half a minute is left for a slow machine.
    app.advance(270);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    assert_eq!(alice.lists("?state=pending").await.each("id"), [invited.id.as_str()]);
    assert_eq!(app.nobody().previews(&invited.token).await.json["state"], "pending");

    app.advance_to(end);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "expired");
    assert_eq!(alice.lists("?state=expired").await.each("id"), [invited.id.as_str()]);
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
async fn a_link_expires_as_any_invite_does_and_an_endless_one_never() {
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

#[tokio::test]
async fn an_invite_lives_seven_days_unless_it_is_said_otherwise() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await.json;
    let at = |field: &str| seconds(invited[field].as_str().unwrap());
    assert_eq!(at("expires_at") - at("created_at"), 7 * 86_400);
}

#[tokio::test]
async fn whoever_holds_the_link_declines_without_an_account() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let body = json!({"token": invited.token, "reason": "No time."});
    let declined = app.nobody().posts("/v1/invites/decline", &body).await.is(200);
    assert_eq!(declined.json["invite"]["state"], "declined");
    assert!(!declined.text.contains("ada@example.com"));
    let again = app.nobody().declines(&invited.token).await.is(200);
    assert_eq!(again.json, declined.json);

    let read = alice.reads(&invited.id).await.json;
    assert_eq!(
        (read["state"].as_str(), read["decline_reason"].as_str()),
        (Some("declined"), Some("No time."))
    );
    let refused =
        app.person("ada").accepts(&invited.token).await.refuses(409, "invite_not_pending");
    assert_eq!(refused.json["state"], "declined");
    app.nobody().opens(&invited.token).await.is(410);
    alice.revokes(&invited.id).await.refuses(409, "invite_not_pending");
}

#[tokio::test]
async fn by_its_id_an_invite_is_declined_by_the_invited_person_alone() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.person("bob").declines_by_id(&invited.id).await.refuses(404, "invite_not_found");
    alice.declines_by_id(&invited.id).await.refuses(404, "invite_not_found");
    app.nobody().declines_by_id(&invited.id).await.refuses(401, "unauthenticated");
    let unverified = app.person("ada").claim("email_verified", json!(false));
    unverified.declines_by_id(&invited.id).await.refuses(404, "invite_not_found");
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    let ada = app.person("ada");
    ada.declines_by_id(&invited.id).await.is(200);
    ada.declines_by_id(&invited.id).await.is(200);
    assert_eq!(alice.reads(&invited.id).await.json["resolved_by"]["id"], "ada");
}

#[tokio::test]
async fn a_revoked_invite_is_dead_and_revoking_it_again_says_the_same() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let first = alice.revokes(&invited.id).await.is(200);
    let second = alice.revokes(&invited.id).await.is(200);
    assert_eq!(first.json, second.json);
    assert_eq!(
        (first.json["state"].as_str(), first.json["resolved_by"]["id"].as_str()),
        (Some("revoked"), Some("alice"))
    );
    let ada = app.person("ada");
    assert_eq!(
        ada.accepts(&invited.token).await.refuses(410, "invite_revoked").json["state"],
        "revoked"
    );
    ada.declines(&invited.token).await.refuses(410, "invite_revoked");
    app.nobody().opens(&invited.token).await.is(410);
    assert_eq!(app.nobody().previews(&invited.token).await.is(200).json["state"], "revoked");
    assert!(ada.looks_into_inbox().await.data().is_empty());
}

#[tokio::test]
async fn an_accepted_invite_can_neither_be_revoked_nor_declined() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.person("ada").accepts(&invited.token).await.is(200);
    let refused = alice.revokes(&invited.id).await.refuses(409, "invite_not_pending");
    assert_eq!(refused.json["state"], "accepted");
    let refused = app.nobody().declines(&invited.token).await.refuses(409, "invite_not_pending");
    assert_eq!(refused.json["state"], "accepted");
    assert_eq!(alice.sees_members().await, ["ada", "alice"]);
}
