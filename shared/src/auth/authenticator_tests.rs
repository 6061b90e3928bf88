use jsonwebtoken::{Algorithm, EncodingKey, encode};
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_800_000_000;

fn authenticator(extra: &[(&str, &str)]) -> Result<Authenticator, ConfigError> {
    let base = [
        ("JWT_ISSUER", "https://issuer.example"),
        ("JWT_AUDIENCE", "beckon"),
        ("JWT_HS256_SECRET", SECRET),
    ];
    let pairs =
        base.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Authenticator::configure(&pairs.collect(), &Outbound::new())
}

fn claims() -> Value {
    json!({"iss": "https://issuer.example", "aud": "beckon", "sub": "29842", "iat": NOW - 10, "exp": NOW + 600})
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[field] = value;
    claims
}

fn without(field: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(field);
    claims
}

fn sign(claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET.as_bytes()))
        .unwrap()
}

async fn verify(authorization: &str) -> Result<Caller, Unauthenticated> {
    authenticator(&[]).unwrap().caller(Some(authorization), Timestamp::from_seconds(NOW)).await
}

async fn verify_claims(claims: &Value) -> Result<Caller, Unauthenticated> {
    verify(&format!("Bearer {}", sign(claims))).await
}

#[tokio::test]
async fn a_valid_token_gives_its_caller() {
    let mut claims = with("email", json!("Ada@example.com"));
    claims["email_verified"] = json!(true);
    claims["scope"] = json!("a users:write");
    let caller = verify_claims(&claims).await.unwrap();
    assert_eq!(caller.user.as_str(), "29842");
    assert_eq!(caller.email.as_ref().unwrap().key(), "ada@example.com");
    assert!(caller.has_scope("users:write") && !caller.has_scope("users"));
    assert!(verify(&format!("bearer {}", sign(&claims))).await.is_ok());
}

#[tokio::test]
async fn only_json_true_verifies_an_address() {
    for value in [json!("true"), json!(1), json!(null), json!(false), json!({}), json!([true])] {
        let mut claims = with("email", json!("ada@example.com"));
        claims["email_verified"] = value;
        let caller = verify_claims(&claims).await.unwrap();
        assert_eq!((caller.email, caller.unverified_email.is_some()), (None, true));
    }
    let caller = verify_claims(&with("email", json!("ada@example.com"))).await.unwrap();
    assert_eq!(caller.email, None);
}

/// Every token here has a valid signature and one wrong claim.
#[tokio::test]
async fn claims_of_the_wrong_form_are_refused() {
    let wrong = [
        without("aud"),
        with("aud", json!(1)),
        with("aud", json!({})),
        with("aud", json!(null)),
        with("aud", json!([])),
        with("aud", json!("other")),
        without("iss"),
        with("iss", json!(1)),
        with("iss", json!(["https://issuer.example"])),
        with("iss", json!("https://issuer.example/")),
        with("iss", json!("HTTPS://ISSUER.EXAMPLE")),
        without("sub"),
        with("sub", json!("")),
        with("sub", json!(29842)),
        with("sub", json!("a b")),
        with("sub", json!("a\u{0}")),
        with("sub", json!("x".repeat(512))),
        without("exp"),
        with("exp", json!("1800000600")),
        with("exp", json!((NOW + 600) * 1000)),
        with("exp", json!(1e18)),
        with("exp", json!(-1)),
        with("exp", json!(NOW - 20)),
        without("iat"),
        with("iat", json!(NOW + 31)),
        with("iat", json!(NOW + 365 * 86_400)),
        with("iat", json!(NOW - 86_400)),
        with("nbf", json!(NOW + 31)),
        with("nbf", json!("soon")),
    ];
    for claims in wrong {
        let refused = verify_claims(&claims).await;
        assert!(matches!(refused, Err(Unauthenticated::Invalid(_))), "{claims}: {refused:?}");
    }
    assert!(verify_claims(&with("aud", json!(["other", "beckon"]))).await.is_ok());
}

#[tokio::test]
async fn times_have_thirty_seconds_of_leeway() {
    let ends = |ago: i64| json!({"iss": "https://issuer.example", "aud": "beckon", "sub": "1", "iat": NOW - 600, "exp": NOW - ago});
    assert!(verify_claims(&ends(29)).await.is_ok());
    assert_eq!(verify_claims(&ends(30)).await, Err(Unauthenticated::Expired));
    assert_eq!(verify_claims(&ends(31)).await, Err(Unauthenticated::Expired));
    assert!(verify_claims(&with("iat", json!(NOW + 30))).await.is_ok());
    assert!(verify_claims(&with("nbf", json!(NOW + 30))).await.is_ok());
}

#[tokio::test]
async fn duplicate_claims_are_refused() {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let body = claims().to_string().replace("\"sub\":\"29842\"", "\"sub\":\"29842\",\"sub\":\"1\"");
    let head = B64.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let message = format!("{head}.{}", B64.encode(body));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    // `jsonwebtoken` itself refuses a repeated claim that it knows.
    let refused = Err(Unauthenticated::Invalid(Reason::Claims));
    assert_eq!(verify(&format!("Bearer {message}.{signature}")).await, refused);
}

#[tokio::test]
async fn headers_of_the_wrong_form_are_refused() {
    let token = sign(&claims());
    let cut = &token[..token.len() - 1];
    let twice = format!("Bearer {token},Bearer {token}");
    let forms = [
        "Bearer".to_owned(),
        "Bearer ".into(),
        format!("Bearer  {token}"),
        format!("Bearer {token} x"),
        format!("Basic {token}"),
        twice,
        token.clone(),
        format!("Bearer {cut}"),
        format!("Bearer {token}."),
        format!("Bearer {token}="),
        format!("Bearer {}", "a".repeat(9000)),
        format!("Bearer {}", token.rsplit_once('.').unwrap().0),
        format!("Bearer {}.", token.rsplit_once('.').unwrap().0),
    ];
    for form in forms {
        let refused = verify(&form).await;
        assert!(matches!(refused, Err(Unauthenticated::Invalid(_))), "{form}: {refused:?}");
    }
    let none = authenticator(&[]).unwrap().caller(None, Timestamp::from_seconds(NOW)).await;
    assert_eq!(none, Err(Unauthenticated::Missing));
}

#[test]
fn the_user_id_claim_must_not_have_another_meaning() {
    assert!(authenticator(&[("JWT_USER_ID_CLAIM", "https://auth.rownd.io/app_user_id")]).is_ok());
    let error = authenticator(&[("JWT_USER_ID_CLAIM", "email")]).err().unwrap();
    assert_eq!(error.variable, "JWT_USER_ID_CLAIM");
}

#[tokio::test]
async fn other_algorithms_types_and_critical_headers_are_refused() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    for (head, reason) in [
        (r#"{"alg":"none"}"#, Reason::Form),
        (r#"{"alg":"None"}"#, Reason::Form),
        (r#"{"alg":"nOnE"}"#, Reason::Form),
        (r#"{"alg":"HS384"}"#, Reason::Algorithm),
        (r#"{"alg":"RS256"}"#, Reason::Algorithm),
        (r#"{"alg":"HS256","crit":["x"]}"#, Reason::Critical),
        (r#"{"alg":"HS256","crit":[]}"#, Reason::Critical),
        (r#"{"alg":"HS256","crit":null}"#, Reason::Critical),
        (r#"{"alg":"HS256","crit":"x"}"#, Reason::Critical),
        (r#"{"alg":"HS256","crit":{}}"#, Reason::Critical),
        (r#"{"alg":"HS256","crit":1e999}"#, Reason::Critical),
        (r#"{"alg":"HS256","cr\u0069t":null}"#, Reason::Critical),
        (r#"["HS256"]"#, Reason::Form),
    ] {
        let message = format!("{}.{}", B64.encode(head), B64.encode(claims().to_string()));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
        let refused = Err(Unauthenticated::Invalid(reason));
        assert_eq!(verify(&format!("Bearer {message}.{signature}")).await, refused, "{head}");
        assert!(verify(&format!("Bearer {message}.")).await.is_err(), "{head}");
    }
    let pinned = authenticator(&[("JWT_TYPE", "at+jwt")]).unwrap();
    let plain = pinned
        .caller(Some(&format!("Bearer {}", sign(&claims()))), Timestamp::from_seconds(NOW))
        .await;
    assert_eq!(plain, Err(Unauthenticated::Invalid(Reason::Type)));
    let header = Header { typ: Some("application/AT+JWT".into()), ..Header::new(Algorithm::HS256) };
    let token = encode(&header, &claims(), &key).unwrap();
    assert!(
        pinned.caller(Some(&format!("Bearer {token}")), Timestamp::from_seconds(NOW)).await.is_ok()
    );
}

#[test]
fn weak_or_contradictory_configuration_is_refused() {
    let variable = |extra: &[(&str, &str)]| authenticator(extra).err().unwrap().variable;
    assert_eq!(variable(&[("JWT_HS256_SECRET", "short")]), "JWT_HS256_SECRET");
    assert_eq!(variable(&[("JWT_JWKS_URL", "https://issuer.example/jwks")]), "JWT_HS256_SECRET");
    assert_eq!(variable(&[("JWT_AUDIENCE", "")]), "JWT_AUDIENCE");
    assert_eq!(variable(&[("JWT_MAX_LIFETIME_SECONDS", "a day")]), "JWT_MAX_LIFETIME_SECONDS");
}
