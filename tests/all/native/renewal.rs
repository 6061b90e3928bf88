//! Asking for a new invite.

use futures::future::join_all;
use harness::{Answer, App, Person};
use serde_json::json;

async fn asks(person: &Person, token: &str) -> Answer {
    person.posts("/v1/invites/renewal", &json!({"token": token})).await
}

#[tokio::test]
async fn the_holder_of_an_expired_link_asks_for_a_new_one_once_a_day() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice
        .invited(json!({"email": "ada@example.com", "expires_in": 300, "notify": false}))
        .await;
    asks(&app.nobody(), &invited.token).await.refuses(409, "invite_already_pending");
    app.advance(300);
    asks(&app.nobody(), &invited.token).await.is(202);
    let read = alice.reads(&invited.id).await.json;
    assert_eq!(read["renewal_requested_at"], read["updated_at"]);
    assert_eq!(read["state"], "expired");
    app.ticks().await;
    assert_eq!(alice.lists("?state=expired").await.each("id"), [invited.id.as_str()]);

    let before = app.table().await;
    app.advance(86_300);
    asks(&app.nobody(), &invited.token).await.is(202);
    assert_eq!(app.table().await, before);
    app.advance(100);
    asks(&app.nobody(), &invited.token).await.is(202);
    assert_ne!(app.table().await, before);

    let resent = alice.resends(&invited.id, json!({"token": "keep"})).await.is(200);
    assert!(resent.json["renewal_requested_at"].is_null());
    app.person("ada").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_mistaken_decline_is_renewed_and_a_final_state_is_not() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let mistaken = alice.invited(invite("ada")).await;
    app.nobody().declines(&mistaken.token).await.is(200);
    asks(&app.nobody(), &mistaken.token).await.is(202);
    assert!(alice.reads(&mistaken.id).await.json["renewal_requested_at"].is_string());
    // It still can be accepted.
    app.person("ada").accepts(&mistaken.token).await.is(200);
    let declined = alice.invited(invite("bob")).await;
    app.person("bob").declines(&declined.token).await.is(200);
    let revoked = alice.invited(invite("cleo")).await;
    alice.revokes(&revoked.id).await.is(200);
    let before = app.table().await;
    asks(&app.nobody(), &mistaken.token).await.refuses(409, "invite_not_pending");
    asks(&app.nobody(), &declined.token).await.refuses(409, "invite_not_pending");
    asks(&app.nobody(), &revoked.token).await.refuses(410, "invite_revoked");
    asks(&app.nobody(), "bkn_1").await.refuses(404, "invite_not_found");
    app.nobody().posts("/v1/invites/renewal", &json!({})).await.refuses(422, "invalid_body");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_narrowed_token_asks_only_if_it_lasted_as_long_as_its_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice
        .invited(json!({"email": "ada@example.com", "expires_in": 600, "notify": false}))
        .await;
    let declined = alice.invited(json!({"email": "bob@example.com", "notify": false})).await;
    let nobody = app.nobody();
    let narrow = async |token: &str, seconds: i64| {
        let body = json!({"token": token, "expires_in": seconds});
        nobody.posts("/v1/invites/narrow", &body).await.is(200).text_at("/token").to_owned()
    };
    let (short, long) = (narrow(&invited.token, 300).await, narrow(&invited.token, 9_000).await);
    let short_of_declined = narrow(&declined.token, 300).await;
    nobody.declines(&declined.token).await.is(200);
    app.advance(300);
    let before = app.table().await;
    asks(&nobody, &short).await.refuses(410, "invite_expired");
    asks(&nobody, &short_of_declined).await.refuses(410, "invite_expired");
    nobody.declines(&short_of_declined).await.refuses(410, "invite_expired");
    app.person("bob").declines(&short_of_declined).await.refuses(410, "invite_expired");
    app.advance(300);
    asks(&nobody, &short).await.refuses(410, "invite_expired");
    assert_eq!(app.table().await, before);
    asks(&nobody, &long).await.is(202);
}

#[tokio::test]
async fn of_many_requests_at_once_one_writes() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice
        .invited(json!({"email": "ada@example.com", "expires_in": 300, "notify": false}))
        .await;
    app.advance(300);
    let nobody = app.nobody();
    for answer in join_all((0..6).map(|_| asks(&nobody, &invited.token))).await {
        answer.is(202);
    }
    assert_eq!(alice.reads(&invited.id).await.json["etag"], "\"2\"");
}

#[tokio::test]
async fn an_unknown_token_counts_as_a_guess() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1")]).await;
    asks(&app.nobody(), "bkn_1").await.refuses(404, "invite_not_found");
    asks(&app.nobody(), "bkn_1").await.refuses(429, "rate_limited");
}
