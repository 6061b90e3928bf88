//! Narrowing a token.

use harness::{Answer, App, Person};
use serde_json::{Value, json};

async fn narrows(person: &Person, token: &str, restriction: Value) -> Answer {
    let mut body = restriction;
    body["token"] = json!(token);
    person.posts("/v1/invites/narrow", &body).await
}

#[tokio::test]
async fn a_link_is_narrowed_for_a_domain_an_address_and_a_time_without_a_write() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    let before = app.table().await;
    let nobody = app.nobody();
    let domain = narrows(&nobody, &link.token, json!({"domain": "Example.org"})).await.is(200);
    assert!(domain.json["expires_at"].is_null());
    assert!(domain.text_at("/url").ends_with(domain.text_at("/token")));
    let address = narrows(&nobody, &link.token, json!({"email": "ada@example.com"})).await.is(200);
    let short = narrows(&nobody, &link.token, json!({"expires_in": 60})).await.is(200);
    let left = harness::seconds(short.text_at("/expires_at")) - app.now();
    assert!((40..=60).contains(&left), "{left}");
    assert_eq!(app.table().await, before);

    let ada = app.person("ada");
    let zoe = app.user("zoe").email("zoe@example.org");
    ada.accepts(domain.text_at("/token")).await.refuses(403, "identity_mismatch");
    zoe.accepts(address.text_at("/token")).await.refuses(403, "identity_mismatch");
    app.user("nemo").accepts(domain.text_at("/token")).await.refuses(403, "identity_mismatch");
    zoe.accepts(domain.text_at("/token")).await.is(200);
    ada.accepts(address.text_at("/token")).await.is(200);
    let preview = nobody.previews(short.text_at("/token")).await.is(200);
    assert_eq!(preview.text_at("/expires_at"), short.text_at("/expires_at"));
    nobody.opens(short.text_at("/token")).await.is(200);
    app.advance(60);
    app.user("late").accepts(short.text_at("/token")).await.refuses(410, "invite_expired");
    assert_eq!(nobody.previews(short.text_at("/token")).await.json["state"], "expired");
    nobody.opens(short.text_at("/token")).await.is(410);
    app.user("late").accepts(&link.token).await.is(200);
}

#[tokio::test]
async fn a_narrowed_token_is_narrowed_again_and_works_at_other_apis() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let once = narrows(&app.nobody(), &link.token, json!({"domain": "example.com"})).await.is(200);
    let short = json!({"expires_in": 60, "email": "ada@example.com"});
    let twice = narrows(&app.nobody(), once.text_at("/token"), short).await.is(200);
    // A longer time does not widen it.
    let longer = json!({"expires_in": 600});
    let thrice = narrows(&app.nobody(), twice.text_at("/token"), longer).await.is(200);
    assert_eq!(thrice.json["expires_at"], twice.json["expires_at"]);
    let token = json!({"token": thrice.text_at("/token")});
    let join = app.person("bob").posts("/user/groups/join", &token).await;
    assert_eq!(join.status, 400, "{}", join.text);
    assert_eq!(app.person("ada").posts("/user/groups/join", &token).await.status, 201);
    // The link itself is read out of a copied address.
    let copied = format!("<{}>", once.text_at("/url"));
    app.person("bob").accepts(&copied).await.is(200);
}

#[tokio::test]
async fn a_preview_shows_whether_the_narrowed_token_or_its_invite_ends_first() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice
        .invited(json!({"email": "ada@example.com", "expires_in": 600, "notify": false}))
        .await;
    let long = narrows(&app.nobody(), &invited.token, json!({"expires_in": 9000})).await.is(200);
    let end = invited.json["expires_at"].as_str().unwrap();
    assert!(harness::seconds(long.text_at("/expires_at")) > harness::seconds(end));
    let preview = app.nobody().previews(long.text_at("/token")).await.is(200);
    assert_eq!(preview.text_at("/expires_at"), end);
}

#[tokio::test]
async fn a_narrowed_token_dies_with_its_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let narrow = narrows(&app.nobody(), &invited.token, json!({"expires_in": 9000})).await.is(200);
    app.advance(60);
    alice.resends(&invited.id, json!({})).await.is(200);
    let ada = app.person("ada");
    ada.accepts(narrow.text_at("/token")).await.refuses(410, "invite_revoked");
}

#[tokio::test]
async fn a_wrong_request_to_narrow_is_refused_and_an_unknown_token_counts_as_a_guess() {
    let app = App::with_settings(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "2")]).await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    let nobody = app.nobody();
    for (restriction, pointer, code) in [
        (json!({}), "", "no_restriction"),
        (json!({"expires_in": 0}), "/expires_in", "invalid_lifetime"),
        (json!({"expires_in": 31_536_001}), "/expires_in", "invalid_lifetime"),
    ] {
        let refused = narrows(&nobody, &link.token, restriction).await;
        refused.refuses(422, "invalid_body").points_at(pointer, code);
    }
    for restriction in [json!({"domain": "no domain"}), json!({"email": "x"}), json!({"uses": 1})] {
        narrows(&nobody, &link.token, restriction).await.refuses(422, "invalid_body");
    }
    let unknown = format!("{}x", &link.token[..link.token.len() - 1]);
    let time = || json!({"expires_in": 60});
    narrows(&nobody, &unknown, time()).await.refuses(404, "invite_not_found");
    narrows(&nobody, &unknown, time()).await.refuses(404, "invite_not_found");
    narrows(&nobody, &unknown, time()).await.refuses(429, "rate_limited");
    narrows(&nobody, &link.token, time()).await.is(200);
}

#[tokio::test]
async fn a_token_that_has_every_restriction_is_not_narrowed_further() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut token = alice.invited(json!({"link": {}})).await.token;
    let refused = loop {
        let answer = narrows(&app.nobody(), &token, json!({"expires_in": 600})).await;
        if answer.status != 200 {
            break answer;
        }
        token = answer.text_at("/token").to_owned();
    };
    refused.refuses(422, "invalid_body").points_at("/token", "too_narrow");
    app.person("ada").accepts(&token).await.is(200);
}
