//! Access tokens that are accepted or refused, from an issuer that the test controls.

mod forged;
mod headers;
mod keys;

use harness::{Answer, App, Issuer, SigningKey};
use reqwest::Method;
use serde_json::{Value, json};

/// Starts an issuer with these keys, and a service that trusts it.
async fn trusting(keys: &[&SigningKey]) -> (App, Issuer) {
    let issuer = Issuer::with(keys).await;
    let app = App::with(issuer.options()).await;
    (app, issuer)
}

/// Returns the claims of a valid token.
fn claims(app: &App, issuer: &Issuer) -> Value {
    let now = app.now();
    json!({"iss": issuer.name(), "aud": "beckon", "sub": "ada", "iat": now - 10, "nbf": now - 10, "exp": now + 600})
}

/// Returns valid claims with this one replaced, or left out if it is `null`.
fn but(app: &App, issuer: &Issuer, name: &str, value: Value) -> Value {
    let mut claims = claims(app, issuer);
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

async fn with_header(app: &App, authorization: &str) -> Answer {
    app.nobody()
        .sends(app.nobody().request(Method::GET, "/v1/me").header("authorization", authorization))
        .await
}

async fn with_token(app: &App, token: &str) -> Answer {
    with_header(app, &format!("Bearer {token}")).await
}

#[track_caller]
fn is_invalid(answer: Answer, what: &str) {
    assert_eq!(
        (answer.status, answer.json["code"].as_str()),
        (401, Some("unauthenticated")),
        "{what}: {}",
        answer.text
    );
    assert!(
        answer.header("www-authenticate").contains("error=\"invalid_token\""),
        "{what}: {:?}",
        answer.headers
    );
}

#[tokio::test]
async fn rs256_es256_and_eddsa_are_accepted() {
    let keys = [SigningKey::rs256("rsa"), SigningKey::es256("ec"), SigningKey::eddsa("ed")];
    let (app, issuer) = trusting(&keys.each_ref()).await;
    for key in &keys {
        let answer = with_token(&app, &key.signs(&claims(&app, &issuer))).await;
        assert_eq!(answer.is(200).json["id"], "ada", "{}", key.kid);
    }
    let lower_case = format!("bearer {}", keys[1].signs(&claims(&app, &issuer)));
    with_header(&app, &lower_case).await.is(200);
    let several = but(&app, &issuer, "aud", json!(["other", "beckon"]));
    with_token(&app, &keys[1].signs(&several)).await.is(200);
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_token_with_an_invalid_claim_is_refused() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    let now = app.now();
    let name = issuer.name().to_owned();
    for (claim, value) in [
        ("iss", json!(null)),
        ("iss", json!("https://other.example")),
        ("iss", json!(format!("{name}/"))),
        ("iss", json!([name])),
        ("aud", json!(null)),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", json!(["other"])),
        ("aud", json!({"beckon": true})),
        ("sub", json!(null)),
        ("sub", json!("")),
        ("sub", json!(29842)),
        ("sub", json!("a\u{0}b")),
        ("sub", json!("x".repeat(512))),
        ("exp", json!(null)),
        ("exp", json!("soon")),
        ("exp", json!((now + 600) * 1000)),
        ("exp", json!(1e18)),
        ("exp", json!(now + 200_000)),
        ("exp", json!(-1)),
        ("iat", json!(null)),
        ("iat", json!(now + 120)),
        ("nbf", json!(now + 120)),
        ("nbf", json!("now")),
    ] {
        is_invalid(
            with_token(&app, &key.signs(&but(&app, &issuer, claim, value.clone()))).await,
            &format!("{claim}: {value}"),
        );
    }
}

#[tokio::test]
async fn a_claim_that_nobody_needs_does_not_cost_the_sign_in() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    let now = app.now() as f64;
    let account = |id: u32| json!({"membership_type": 3, "membership_id": id.to_string()});
    let mut named = account(1);
    named["display_name"] = json!("Ada");
    let many: Vec<Value> = (1..=21).map(account).collect();
    for (claim, value) in [
        ("scope", json!(["openid", "users:write"])),
        ("scope", json!(7)),
        ("scp", json!("users:write")),
        ("exp", json!(now + 600.25)),
        ("iat", json!(now - 10.75)),
        ("nbf", json!(now - 0.5)),
        ("name", json!(["Ada"])),
        ("name", json!({"first": "Ada"})),
        ("email", json!(["ada@example.com"])),
        ("email_verified", json!("yes")),
        ("phone_number", json!(19199993333_u64)),
        ("accounts", json!("none")),
        ("accounts", json!({"steam": "1"})),
        ("accounts", json!([named])),
        ("accounts", json!(many)),
        ("aud", json!(["beckon", 7, null])),
    ] {
        let token = key.signs(&but(&app, &issuer, claim, value.clone()));
        let me = with_token(&app, &token).await;
        assert_eq!(
            (me.status, &me.json["id"]),
            (200, &json!("ada")),
            "{claim}: {value} {}",
            me.text
        );
        assert!(me.json["email"].is_null() && me.json["phone"].is_null());
        let accounts = me.json["accounts"].as_array().unwrap().len();
        let expected = value.as_array().filter(|_| claim == "accounts").map_or(0, Vec::len);
        assert_eq!(accounts, expected.min(20), "{value}");
    }
    // A scope in a list counts as one in a text.
    let by_list = key.signs(&but(&app, &issuer, "scope", json!(["openid", "users:write"])));
    let request = app.nobody().request(Method::PUT, "/v1/users/eve").bearer_auth(by_list);
    Answer::to(request.json(&json!({"first_name": "Eve"}))).await.is(200);
}

#[tokio::test]
async fn an_expired_token_is_refused_as_expired() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    let token = key.signs(&claims(&app, &issuer));
    with_token(&app, &token).await.is(200);
    app.advance(600 + 31);
    let answer = with_token(&app, &token).await.refuses(401, "token_expired");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains("error=\"invalid_token\"") && challenge.contains("expired"),
        "{challenge}"
    );
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
}
