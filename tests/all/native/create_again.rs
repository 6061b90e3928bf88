//! Inviting a person again after the first invite ended: the same id, a new generation, and an
//! older link that no longer works.

use harness::{App, Invited, Person};
use serde_json::{Value, json};

fn number(etag: &Value) -> u64 {
    etag.as_str().unwrap().trim_matches('"').parse().unwrap()
}

/// Invites the person again, and compares the second generation with the first.
async fn invite_again(app: &App, alice: &Person, first: &Invited) -> Invited {
    let second = alice.invited(json!({"email": "Ada@Example.com", "roles": ["editor"]})).await;
    assert_eq!(second.id, first.id);
    assert_ne!(second.token, first.token);
    assert_eq!(second.json["state"], "pending");
    assert!(
        second.json["resolved_at"].is_null()
            && second.json["resolved_by"].is_null()
            && second.json["decline_reason"].is_null()
    );
    assert!(number(&second.json["etag"]) > number(&first.json["etag"]));
    assert_eq!(alice.lists("").await.each("id"), [first.id.as_str()]);

    let ada = app.person("ada");
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    ada.declines(&first.token).await.refuses(410, "invite_revoked");
    app.nobody().previews(&first.token).await.refuses(410, "invite_revoked");
    app.nobody().opens(&first.token).await.is(410);
    assert_eq!(app.nth_mail_to("Ada@example.com", 1).await.token(), second.token);
    assert_eq!(alice.reads(&first.id).await.json["state"], "pending");
    second
}

async fn accept_newer(app: &App, second: &Invited) {
    let accepted = app.person("ada").accepts(&second.token).await.is(200);
    assert_eq!(accepted.json["membership"]["roles"], json!(["editor"]));
}

#[tokio::test]
async fn a_person_can_be_invited_again_after_expiry() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com", "expires_in": 300})).await;
    app.advance(301);
    let second = invite_again(&app, &alice, &first).await;
    accept_newer(&app, &second).await;
}

#[tokio::test]
async fn a_person_can_be_invited_again_after_a_decline() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    let reason = json!({"token": first.token, "reason": "Not now."});
    app.nobody().posts("/v1/invites/decline", &reason).await.is(200);
    let second = invite_again(&app, &alice, &first).await;
    accept_newer(&app, &second).await;
}

#[tokio::test]
async fn a_person_can_be_invited_again_after_a_revocation() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    alice.revokes(&first.id).await.is(200);
    let second = invite_again(&app, &alice, &first).await;
    accept_newer(&app, &second).await;
}

#[tokio::test]
async fn a_member_who_left_can_be_invited_again() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    ada.accepts(&first.token).await.is(200);
    ada.removes("ada").await.is(204);
    ada.accepts(&first.token).await.refuses(409, "invite_not_pending");
    let second = invite_again(&app, &alice, &first).await;
    accept_newer(&app, &second).await;
}
