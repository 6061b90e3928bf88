//! Access tokens that the issuer did not sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::SigningKey;
use serde_json::{Value, json};

use super::{claims, is_invalid, trusting, with_token};

#[tokio::test]
async fn a_token_without_the_issuers_signature_is_refused() {
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
    // The issuer's public keys, in several encodings, as the secret for HS256.
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
