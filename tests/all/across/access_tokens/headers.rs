//! The header of the access token, and the header of the request that carries it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Answer, App, Issuer, SigningKey};
use jsonwebtoken::Header;
use reqwest::Method;
use serde_json::{Value, json};

use super::{claims, is_invalid, trusting, with_header, with_token};

#[tokio::test]
async fn a_token_with_an_invalid_header_is_refused() {
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
    // `crit` is refused in every form.
    for crit in [json!(null), json!([]), json!(["exp"]), json!("exp"), json!({}), json!(0)] {
        let mut header = serde_json::to_value(key.header()).unwrap();
        header["crit"] = crit.clone();
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = key.signs_encoded(&format!("{}.{}", encoded(&header), encoded(&claims)));
        is_invalid(with_token(&app, &token).await, &format!("crit: {crit}"));
    }
    for kid in ["other", "../../dev/null", "' OR 1=1 --", "", "ec\u{0}", &"k".repeat(4000)] {
        is_invalid(with_token(&app, &but(&|header| header.kid = Some(kid.into()))).await, kid);
    }
    // The service ignores a key, or the URL of a key, in the token itself.
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
async fn a_request_carries_exactly_one_token_in_one_header() {
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
async fn every_endpoint_except_the_public_ones_needs_a_token() {
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
        (Method::PATCH, "/v1/me".into()),
        (Method::GET, "/v1/users/ada".into()),
        (Method::PUT, "/v1/users/ada".into()),
        (Method::PATCH, "/v1/users/ada".into()),
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
    // A public endpoint refuses an invalid token too.
    let decline = app
        .nobody()
        .request(Method::POST, "/v1/invites/decline")
        .bearer_auth("x.y.z")
        .json(&json!({"token": invited.token}));
    is_invalid(Answer::to(decline).await, "decline");
    assert_eq!(alice.reads(id).await.json["state"], "pending");
}
