//! Rownd's own access tokens: signed with EdDSA, with several audiences and a claim for the user.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Answer, App, Issuer, SigningKey};
use reqwest::Method;
use serde_json::{Value, json};

use super::fails;

const CLAIM: &str = "https://auth.rownd.io/app_user_id";
const APP: &str = "app:290167281732813315";

/// Starts a service that accepts a Rownd app's tokens, signed with this key.
async fn app_trusting(key: &SigningKey) -> (App, Issuer) {
    let issuer = Issuer::with(&[key]).await;
    let mut options = issuer.options();
    options
        .settings
        .extend([("JWT_USER_ID_CLAIM".into(), CLAIM.into()), ("JWT_AUDIENCE".into(), APP.into())]);
    let app = App::with(options).await;
    (app, issuer)
}

/// Returns a token's claims as Rownd writes them (docs/contracts/rownd.md#credentials).
fn claims(app: &App, issuer: &Issuer) -> Value {
    let now = app.now();
    json!({
        "jti": "28c2cd5e-6a4b-4c5a-9d7f-0c9d2c1f9c11",
        "aud": [APP, "app_variant:variant_x"],
        "sub": "rownd-subject",
        "iat": now - 5,
        "exp": now + 3600,
        "iss": issuer.name(),
        CLAIM: "user_t6ftnnmw55pamuhfo9xvw0yl",
        "https://auth.rownd.io/is_verified_user": true,
        "https://auth.rownd.io/auth_level": "verified",
    })
}

async fn lists_groups(app: &App, token: &str) -> Answer {
    let nobody = app.nobody();
    nobody.sends(nobody.request(Method::GET, "/me/groups").bearer_auth(token)).await
}

#[tokio::test]
async fn a_rownd_token_names_the_user_in_the_configured_claim() {
    let key = SigningKey::eddsa("rownd");
    let (app, issuer) = app_trusting(&key).await;
    let token = key.signs(&claims(&app, &issuer));
    let nobody = app.nobody();
    let request = nobody
        .request(Method::POST, "/me/groups")
        .bearer_auth(&token)
        .json(&json!({"name": "Editors"}));
    let made = nobody.sends(request).await.is(200).json;
    assert_eq!(made["member"]["user_id"], "user_t6ftnnmw55pamuhfo9xvw0yl");
    assert_eq!(
        (&made["group"]["app_id"], &made["group"]["created_by"]),
        (&json!("290167281732813315"), &json!("user_t6ftnnmw55pamuhfo9xvw0yl"))
    );
    assert_eq!(lists_groups(&app, &token).await.is(200).json["total_results"], 1);
    // Every API accepts the same token.
    let native =
        nobody.sends(nobody.request(Method::GET, "/v1/me").bearer_auth(&token)).await.is(200);
    assert_eq!(native.json["id"], "user_t6ftnnmw55pamuhfo9xvw0yl");
}

#[tokio::test]
async fn a_token_without_a_valid_user_id_is_refused() {
    let key = SigningKey::eddsa("rownd");
    let (app, issuer) = app_trusting(&key).await;
    for value in
        [json!(null), json!(1), json!(""), json!("a b"), json!(["user_a"]), json!({"id": "user_a"})]
    {
        let mut claims = claims(&app, &issuer);
        claims[CLAIM] = value;
        fails(lists_groups(&app, &key.signs(&claims)).await, 401, "E_UNAUTHENTICATED");
    }
    for absent in [CLAIM, "sub"] {
        let mut claims = claims(&app, &issuer);
        claims.as_object_mut().unwrap().remove(absent);
        fails(lists_groups(&app, &key.signs(&claims)).await, 401, "E_UNAUTHENTICATED");
    }
    let mut other = claims(&app, &issuer);
    other["aud"] = json!(["app_variant:variant_x"]);
    fails(lists_groups(&app, &key.signs(&other)).await, 401, "E_UNAUTHENTICATED");
}

/// HS256 lets the test sign a payload with duplicate keys.
#[tokio::test]
async fn a_duplicate_identity_claim_is_refused() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let settings = [
        ("JWT_JWKS_URL", ""),
        ("JWT_HS256_SECRET", SECRET),
        ("JWT_ISSUER", "https://api.rownd.io"),
        ("JWT_AUDIENCE", APP),
        ("JWT_USER_ID_CLAIM", CLAIM),
    ];
    let app = App::with_settings(&settings).await;
    let now = app.now();
    let token = |more: &str| {
        let claims = format!(
            r#"{{"iss":"https://api.rownd.io","aud":"{APP}","sub":"x","iat":{now},"exp":{},"{CLAIM}":"user_a"{more}}}"#,
            now + 600
        );
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"at+jwt"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    lists_groups(&app, &token("")).await.is(200);
    lists_groups(&app, &token(r#","other":1,"other":2"#)).await.is(200);
    for more in [
        format!(r#","{CLAIM}":"user_b""#),
        format!(r#","{CLAIM}":"user_a""#),
        r#","sub":"y""#.to_owned(),
    ] {
        fails(lists_groups(&app, &token(&more)).await, 401, "E_UNAUTHENTICATED");
    }
}
