//! Declining an invite, by its token or its id.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn a_holder_of_the_link_can_decline_without_signing_in() {
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
async fn only_the_invitee_can_decline_an_invite_by_its_id() {
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
