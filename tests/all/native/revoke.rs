//! Revoking an invite.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn another_admin_can_revoke_an_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let revoked = alice.revokes(&invited.id).await.is(200).json;
    assert_eq!(
        (&revoked["state"], &revoked["resolved_by"]["id"]),
        (&json!("revoked"), &json!("alice"))
    );
    assert_eq!(revoked["resolution_reason"], "revoked_by_member");
    app.person("ada").accepts(&invited.token).await.refuses(410, "invite_revoked");
}

#[tokio::test]
async fn a_revoked_invite_no_longer_works_and_revoking_it_again_returns_the_same() {
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
    assert_eq!(first.json["resolution_reason"], "revoked_by_member");
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
