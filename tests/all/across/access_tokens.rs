//! Access tokens: which are taken, and which refused, with an issuer of the test's own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Answer, App, Issuer, SigningKey};
use jsonwebtoken::Header;
use reqwest::Method;
use serde_json::{Value, json};

/// A service that trusts an issuer with these keys.
async fn trusting(keys: &[&SigningKey]) -> (App, Issuer) {
    let issuer = Issuer::with(keys).await;
    let app = App::with(issuer.options()).await;
    (app, issuer)
}

/// The claims of a right token.
fn claims(app: &App, issuer: &Issuer) -> Value {
    let now = app.now();
    json!({"iss": issuer.name(), "aud": "beckon", "sub": "ada", "iat": now - 10, "nbf": now - 10, "exp": now + 600})
}

/// The right claims but for this one; `null` leaves it out.
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
async fn the_usual_algorithms_are_taken() {
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
async fn claims_that_are_not_right_are_refused() {
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
async fn an_expired_token_is_said_to_be_expired() {
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

#[tokio::test]
async fn a_signature_that_is_not_the_issuers_is_refused() {
    let (rsa, ec, stranger) =
        (SigningKey::rs256("rsa"), SigningKey::es256("ec"), SigningKey::es256("ec"));
    let (app, issuer) = trusting(&[&rsa, &ec]).await;
    let claims = claims(&app, &issuer);
    let right = ec.signs(&claims);
    let (message, signature) = right.rsplit_once('.').unwrap();
    let (head, body) = message.split_once('.').unwrap();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());

    for alg in ["none", "None", "nOnE", "NONE", "HS256", "ES384", "x", ""] {
        let head = encoded(&json!({"alg": alg, "typ": "at+jwt", "kid": "ec"}));
        for signature in ["", signature] {
            is_invalid(with_token(&app, &format!("{head}.{body}.{signature}")).await, alg);
        }
    }
    // The issuer's public keys, in every spelling of them, as a secret for HS256.
    for public in [rsa.public(), ec.public()] {
        let field = |name: &str| public[name].as_str().map(|text| text.as_bytes().to_vec());
        let raw =
            |name: &str| public[name].as_str().map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
        let secrets =
            [Some(public.to_string().into_bytes()), field("n"), raw("n"), field("x"), raw("x")];
        for secret in secrets.into_iter().flatten() {
            let kid = public["kid"].as_str().unwrap_or_default();
            let token = SigningKey::hs256(kid, &secret).signs(&claims);
            is_invalid(with_token(&app, &token).await, "HS256");
        }
    }
    is_invalid(with_token(&app, &stranger.signs(&claims)).await, "another key under the same kid");
    let mut renamed = rsa.header();
    renamed.kid = Some("ec".into());
    is_invalid(
        with_token(&app, &rsa.signs_with(&renamed, &claims)).await,
        "an RSA token under the kid of the EC key",
    );
    let other = encoded(
        &json!({"iss": issuer.name(), "aud": "beckon", "sub": "root", "iat": app.now(), "exp": app.now() + 600}),
    );
    is_invalid(with_token(&app, &format!("{head}.{other}.{signature}")).await, "another payload");
    let half = &signature[..signature.len() / 2];
    for token in [
        message.to_owned(),
        format!("{message}."),
        format!("{message}.{half}"),
        format!("{right}."),
        format!("{right}.x.y"),
        format!("{right}="),
    ] {
        is_invalid(with_token(&app, &token).await, &token);
    }
}

#[tokio::test]
async fn headers_that_are_not_right_are_refused() {
    let (key, stranger) = (SigningKey::es256("ec"), SigningKey::es256("own"));
    let (app, issuer) = trusting(&[&key]).await;
    let claims = claims(&app, &issuer);
    let but = |change: &dyn Fn(&mut Header)| {
        let mut header = key.header();
        change(&mut header);
        key.signs_with(&header, &claims)
    };
    for kind in ["JWT", "invite+jwt", "at+jwt2", ""] {
        is_invalid(with_token(&app, &but(&|header| header.typ = Some(kind.into()))).await, kind);
    }
    is_invalid(with_token(&app, &but(&|header| header.typ = None)).await, "no typ");
    is_invalid(
        with_token(&app, &but(&|header| header.crit = Some(vec!["b64".into()]))).await,
        "crit",
    );
    for kid in ["other", "../../dev/null", "' OR 1=1 --", "", "ec\u{0}", &"k".repeat(4000)] {
        is_invalid(with_token(&app, &but(&|header| header.kid = Some(kid.into()))).await, kid);
    }
    // Where the token itself says where its key is, nobody looks.
    let evil = Issuer::with(&[&stranger]).await;
    let mut own = stranger.header();
    own.jku = Some(format!("{}/jwks", evil.name()));
    own.x5u = own.jku.clone();
    own.jwk = serde_json::from_value(stranger.public()).ok();
    is_invalid(with_token(&app, &stranger.signs_with(&own, &claims)).await, "jwk and jku");
    own.kid = Some("ec".into());
    is_invalid(
        with_token(&app, &stranger.signs_with(&own, &claims)).await,
        "jwk and jku under a known kid",
    );
    assert_eq!(evil.asked(), 0);
    with_token(&app, &but(&|header| header.typ = Some("application/at+JWT".into()))).await.is(200);
}

#[tokio::test]
async fn one_header_with_one_token_or_none_at_all() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    let token = key.signs(&claims(&app, &issuer));
    let none = app.nobody().gets("/v1/me").await.refuses(401, "unauthenticated");
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"beckon\"");
    for authorization in [
        "Bearer".to_owned(),
        "Bearer ".into(),
        token.clone(),
        format!("Basic {token}"),
        format!("Bearer  {token}"),
        format!("Bearer {token} x"),
        format!("Bearer {token},Bearer {token}"),
        format!("Bearer {}", "a".repeat(9000)),
    ] {
        is_invalid(with_header(&app, &authorization).await, &authorization);
    }
    let request = || app.nobody().request(Method::GET, "/v1/me");
    let bearer = format!("Bearer {token}");
    is_invalid(
        Answer::to(request().header("authorization", &bearer).header("authorization", &bearer))
            .await,
        "twice",
    );
    is_invalid(
        Answer::to(
            request().header("authorization", &bearer).header("authorization", "Basic eDp5"),
        )
        .await,
        "two schemes",
    );
    let in_query = app.nobody().gets(&format!("/v1/me?access_token={token}")).await;
    in_query.refuses(401, "unauthenticated");
    let in_cookie = Answer::to(request().header("cookie", format!("access_token={token}"))).await;
    in_cookie.refuses(401, "unauthenticated");
    with_header(&app, &bearer).await.is(200);
}

#[tokio::test]
async fn every_endpoint_but_the_public_ones_asks_who_is_there() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let id = &invited.id;
    let body = json!({});
    for (method, path) in [
        (Method::POST, "/v1/groups".to_owned()),
        (Method::GET, "/v1/groups".into()),
        (Method::GET, "/v1/groups/3773".into()),
        (Method::PATCH, "/v1/groups/3773".into()),
        (Method::DELETE, "/v1/groups/3773".into()),
        (Method::GET, "/v1/groups/3773/members".into()),
        (Method::PATCH, "/v1/groups/3773/members/alice".into()),
        (Method::DELETE, "/v1/groups/3773/members/alice".into()),
        (Method::GET, "/v1/groups/3773/invites".into()),
        (Method::POST, "/v1/groups/3773/invites".into()),
        (Method::GET, format!("/v1/groups/3773/invites/{id}")),
        (Method::POST, format!("/v1/groups/3773/invites/{id}/revoke")),
        (Method::POST, "/v1/invites/accept".into()),
        (Method::GET, "/v1/me/invites".into()),
        (Method::GET, "/v1/me".into()),
        (Method::PUT, "/v1/me".into()),
        (Method::PUT, "/v1/users/ada".into()),
    ] {
        let request = || app.nobody().request(method.clone(), &path);
        let answer = Answer::to(request().json(&body)).await;
        assert_eq!(
            answer.refuses(401, "unauthenticated").header("www-authenticate"),
            "Bearer realm=\"beckon\"",
            "{method} {path}"
        );
        is_invalid(Answer::to(request().bearer_auth("x.y.z").json(&body)).await, &path);
    }
    // A wrong token isn't ignored where none is needed.
    let decline = app
        .nobody()
        .request(Method::POST, "/v1/invites/decline")
        .bearer_auth("x.y.z")
        .json(&json!({"token": invited.token}));
    is_invalid(Answer::to(decline).await, "decline");
    assert_eq!(alice.reads(id).await.json["state"], "pending");
}

#[tokio::test]
async fn a_rotated_key_is_picked_up_and_unknown_ones_cause_no_storm() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::es256("new"));
    let (app, issuer) = trusting(&[&old]).await;
    with_token(&app, &old.signs(&claims(&app, &issuer))).await.is(200);
    let asked = issuer.asked();
    for _ in 0..20 {
        is_invalid(with_token(&app, &new.signs(&claims(&app, &issuer))).await, "not yet known");
    }
    assert_eq!(issuer.asked(), asked);

    issuer.publishes(&[&old, &new]);
    app.advance(61);
    with_token(&app, &new.signs(&claims(&app, &issuer))).await.is(200);
    with_token(&app, &old.signs(&claims(&app, &issuer))).await.is(200);
    assert_eq!(issuer.asked(), asked + 1);

    issuer.publishes(&[&new]);
    app.advance(61);
    is_invalid(
        with_token(&app, &SigningKey::es256("x").signs(&claims(&app, &issuer))).await,
        "makes it ask again",
    );
    is_invalid(with_token(&app, &old.signs(&claims(&app, &issuer))).await, "withdrawn");
    with_token(&app, &new.signs(&claims(&app, &issuer))).await.is(200);
}

#[tokio::test]
async fn known_keys_outlive_an_issuer_that_is_down() {
    let (key, stranger) = (SigningKey::es256("ec"), SigningKey::es256("x"));
    let (app, issuer) = trusting(&[&key]).await;
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
    issuer.goes(true);
    app.advance(3600);
    is_invalid(
        with_token(&app, &stranger.signs(&claims(&app, &issuer))).await,
        "unknown while down",
    );
    with_token(&app, &key.signs(&claims(&app, &issuer))).await.is(200);
}

#[tokio::test]
async fn an_issuer_that_was_never_reached_is_worth_another_try() {
    let key = SigningKey::es256("ec");
    let (app, issuer) = trusting(&[&key]).await;
    issuer.goes(true);
    let token = key.signs(&claims(&app, &issuer));
    let answer = with_token(&app, &token).await.refuses(503, "temporarily_unavailable");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    issuer.goes(false);
    // An issuer that did not answer is left in peace for five seconds.
    with_token(&app, &token).await.refuses(503, "temporarily_unavailable");
    app.advance(5);
    with_token(&app, &token).await.is(200);

    let unreachable = App::with_settings(&[
        ("JWT_ISSUER", issuer.name()),
        ("JWT_JWKS_URL", "http://127.0.0.1:1/jwks"),
    ])
    .await;
    with_token(&unreachable, &key.signs(&claims(&unreachable, &issuer)))
        .await
        .refuses(503, "temporarily_unavailable");
    // Nobody needs the issuer to hear that they sent nothing.
    unreachable.nobody().gets("/v1/me").await.refuses(401, "unauthenticated");
}
