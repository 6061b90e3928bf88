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
    assert!(read["resolved_by"].is_null());
    let lists = |state: &'static str| alice.lists(state);
    assert_eq!(lists("?state=declined").await.each("id"), [invited.id.as_str()]);
    assert!(lists("?state=pending").await.data().is_empty());
}

#[tokio::test]
async fn the_invitee_takes_back_a_decline_by_the_link_alone() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    // A mail scanner clicks everything.
    for by_id in [false, true] {
        let invited = alice.invited(json!({"email": "ada@example.com"})).await;
        app.nobody().declines(&invited.token).await.is(200);
        assert_eq!(ada.looks_into_inbox().await.each("id"), [invited.id.as_str()]);
        let preview = app.nobody().previews(&invited.token).await.is(200).json;
        assert_eq!((&preview["state"], &preview["acceptable"]), (&json!("declined"), &json!(true)));
        let page = app.nobody().opens(&invited.token).await.is(200);
        assert!(page.text.contains("declined without signing in"), "{}", page.text);
        assert!(page.text.contains("id=\"accept\"") && !page.text.contains("id=\"decline\""));

        app.nobody().accepts(&invited.token).await.refuses(401, "unauthenticated");
        app.person("eve").accepts(&invited.token).await.refuses(403, "identity_mismatch");
        let accepted = if by_id {
            ada.accepts_by_id(&invited.id).await
        } else {
            ada.accepts(&invited.token).await
        };
        let accepted = accepted.is(200).json["invite"].clone();
        assert_eq!(accepted["resolved_by"]["id"], "ada");
        assert!(accepted["decline_reason"].is_null());
        assert!(ada.looks_into_inbox().await.data().is_empty());
        app.nobody().declines(&invited.token).await.refuses(409, "invite_not_pending");
        alice.removes("ada").await.is(204);
    }
}

#[tokio::test]
async fn a_decline_with_a_sign_in_is_final() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.nobody().declines(&invited.token).await.is(200);
    ada.declines(&invited.token).await.is(200);
    assert_eq!(alice.reads(&invited.id).await.json["resolved_by"]["id"], "ada");
    let refused = ada.accepts(&invited.token).await.refuses(409, "invite_not_pending");
    assert_eq!(refused.json["state"], "declined");
    ada.accepts_by_id(&invited.id).await.refuses(409, "invite_not_pending");
    assert!(ada.looks_into_inbox().await.data().is_empty());
    app.nobody().opens(&invited.token).await.is(410);
    alice.revokes(&invited.id).await.refuses(409, "invite_not_pending");
}

#[tokio::test]
async fn only_the_invitee_s_own_decline_is_final() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let unverified = app.person("ada").claim("email_verified", json!(false));
    let others = [app.person("eve"), app.person("alice"), unverified];
    for policy in ["strict", "bearer"] {
        for other in &others {
            let body =
                json!({"email": "ada@example.com", "identity_policy": policy, "notify": false});
            let invited = alice.invited(body).await;
            other.declines(&invited.token).await.is(200);
            let read = alice.reads(&invited.id).await.json;
            assert_eq!((&read["state"], &read["resolved_by"]), (&json!("declined"), &json!(null)));
            ada.accepts(&invited.token).await.is(200);
            alice.removes("ada").await.is(204);
        }
    }
}

#[tokio::test]
async fn a_decline_by_the_link_alone_ends_with_the_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    // It blocks no new invite, and the new one replaces it.
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    app.nobody().declines(&first.token).await.is(200);
    let second = alice.invited(json!({"email": "ada@example.com", "expires_in": 300})).await;
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    // The inviter can still withdraw it.
    app.nobody().declines(&second.token).await.is(200);
    alice.revokes(&second.id).await.is(200);
    ada.accepts(&second.token).await.refuses(410, "invite_revoked");
    // It cannot be taken back after the invite's time.
    let third = alice.invited(json!({"email": "ada@example.com", "expires_in": 300})).await;
    app.nobody().declines(&third.token).await.is(200);
    app.advance(300);
    ada.accepts(&third.token).await.refuses(409, "invite_not_pending");
    assert!(ada.looks_into_inbox().await.data().is_empty());
    // Only the person whom it is for takes it back, also if the link alone is enough.
    let bearer = json!({"email": "ada@example.com", "identity_policy": "bearer"});
    let fourth = alice.invited(bearer).await;
    app.nobody().declines(&fourth.token).await.is(200);
    app.person("eve").accepts(&fourth.token).await.refuses(409, "invite_not_pending");
    ada.accepts(&fourth.token).await.is(200);
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
