//! Caveats: the holder of a token can narrow it without a request, and every API checks that.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{App, seconds};
use reqwest::StatusCode;
use serde_json::json;
use shared::domain::macaroon::Macaroon;

use super::{BAD_TOKEN, BAD_TYPE, creates_token, fails, joins, narrowed};

/// Returns a packet of version 1.
fn packet(key: &str, value: &[u8]) -> Vec<u8> {
    let length = 4 + key.len() + 1 + value.len() + 1;
    [format!("{length:04x}{key} ").as_bytes(), value, b"\n"].concat()
}

/// Returns a token for the same invite whose signature nobody made, with a third-party caveat if
/// `third` is `true`.
fn forged(token: &str, third: bool) -> String {
    let genuine = Macaroon::parse(token).expect("the token is a macaroon");
    let identifier = genuine.identifier().expect("the identifier is text").as_bytes();
    let mut packets = [packet("location", b"onezone"), packet("identifier", identifier)].concat();
    if third {
        for (key, value) in [("cid", "x"), ("vid", "y"), ("cl", "https://auth.example")] {
            packets.extend(packet(key, value.as_bytes()));
        }
    }
    packets.extend(packet("signature", &[7; 32]));
    URL_SAFE_NO_PAD.encode(packets)
}

#[tokio::test]
async fn a_forged_third_party_caveat_answers_as_every_forged_token_and_is_a_guess() {
    let settings = [("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "8")];
    let app = App::with_settings(&settings).await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let eve = app.person("eve");
    for third in [true, false] {
        let token = forged(&token, third);
        fails(joins(&eve, &token).await, 400, BAD_TYPE);
        app.nobody().previews(&token).await.refuses(404, "invite_not_found");
        eve.accepts(&token).await.refuses(404, "invite_not_found");
        eve.declines(&token).await.refuses(404, "invite_not_found");
    }
    // The eight requests above were guesses, so the ninth is refused.
    eve.accepts(&forged(&token, true)).await.refuses(429, "rate_limited");
    eve.accepts(&token).await.is(200);
}

#[tokio::test]
async fn a_user_caveat_limits_a_token_to_that_user() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = narrowed(&creates_token(&alice).await, &["user = ada"]);
    fails(joins(&app.user("bob"), &token).await, 400, BAD_TYPE);
    app.user("bob").accepts(&token).await.refuses(403, "identity_mismatch");
    for both in [["user = bob", "user = ada"], ["user = ada", "user = bob"]] {
        let both = narrowed(&token, &both);
        fails(joins(&app.user("ada"), &both).await, 400, BAD_TYPE);
        fails(joins(&app.user("bob"), &both).await, 400, BAD_TYPE);
    }
    joins(&app.user("ada"), &token).await.is(201);
}

#[tokio::test]
async fn an_email_caveat_requires_that_verified_address() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = narrowed(&creates_token(&alice).await, &["email = Ada@Example.com"]);
    let unverified = app.user("x").email("ada@example.com").claim("email_verified", json!(false));
    for other in [app.user("ada"), app.user("ada").email("ada@example.org"), unverified] {
        fails(joins(&other, &token).await, 400, BAD_TYPE);
        other.accepts(&token).await.refuses(403, "identity_mismatch");
    }
    joins(&app.user("whoever").email("ada@EXAMPLE.com"), &token).await.is(201);
}

#[tokio::test]
async fn a_time_caveat_can_shorten_but_not_extend_a_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let eve = app.user("eve");
    fails(joins(&eve, &narrowed(&token, &["time < 1496140144"])).await, 400, BAD_TOKEN);
    fails(joins(&eve, &narrowed(&token, &["time < 0"])).await, 400, BAD_TOKEN);

    let end = app.now() + 3600;
    let hour = narrowed(&token, &[&format!("time < {end}"), "time < 253402207200"]);
    let shown = app.nobody().previews(&hour).await.is(200);
    assert_eq!(shown.json["state"], "pending");
    app.advance(3600);
    fails(joins(&eve, &hour).await, 400, BAD_TOKEN);
    eve.accepts(&hour).await.refuses(410, "invite_expired");
    assert_eq!(app.nobody().previews(&hour).await.is(200).json["state"], "expired");
    app.nobody().opens(&hour).await.is(410);
    // The original token is still valid. A later time caveat does not extend it.
    assert_eq!(app.nobody().previews(&token).await.is(200).json["state"], "pending");
    let longer = narrowed(&token, &["time < 253402207200"]);
    let expires = alice.lists("").await.data()[0]["expires_at"].as_str().map(seconds).unwrap();
    app.advance(expires - app.now());
    fails(joins(&eve, &longer).await, 400, BAD_TOKEN);
}

#[tokio::test]
async fn an_unknown_caveat_makes_a_token_unusable_at_every_api() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let ada = app.person("ada");
    let unknown = [
        "os = x",
        "time < 99999999999999999999",
        "TIME < 1",
        "time<1",
        "user=ada",
        "tokenType = space_invite_user_token",
        "group = 3773",
    ];
    for caveat in unknown {
        let token = narrowed(&token, &["user = ada", caveat]);
        fails(joins(&ada, &token).await, 400, BAD_TYPE);
        ada.accepts(&token).await.refuses(403, "identity_mismatch");
        app.nobody().previews(&token).await.refuses(403, "identity_mismatch");
        app.nobody().opens(&token).await.is(StatusCode::NOT_FOUND.as_u16());
    }
    joins(&ada, &token).await.is(201);
}

#[tokio::test]
async fn an_anonymous_preview_ignores_identity_caveats() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = narrowed(&creates_token(&alice).await, &["user = ada", "email = ada@example.com"]);
    assert_eq!(app.nobody().previews(&token).await.is(200).json["state"], "pending");
    app.nobody().opens(&token).await.is(200);
    fails(joins(&app.user("ada"), &token).await, 400, BAD_TYPE);
    joins(&app.person("ada"), &token).await.is(201);
    // Only the member who joined by the token is told so.
    fails(joins(&app.person("ada"), &token).await, 400, &super::already_a_member("ada"));
    fails(joins(&app.person("bob"), &token).await, 400, BAD_TYPE);
}
