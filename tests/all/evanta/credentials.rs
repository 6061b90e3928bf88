//! The caller's credentials: two authorization schemes, and the e-mail and tenant headers.

use harness::{Answer, App, Issuer, Person, SigningKey};
use reqwest::Method;
use serde_json::json;

use super::acts::{AtEvanta, EvantaAnswer};
use super::{ACCESS_DENIED, owner_and_invitee};

const LIST: &str = "/group_invites/groups";

/// Requests the caller's list with these headers and returns the answer.
async fn list(actor: &Person, headers: &[(&str, &str)]) -> Answer {
    let request = actor.request(Method::GET, LIST);
    Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
        .await
}

#[tokio::test]
async fn a_token_works_in_both_authorization_schemes() {
    let app = App::start().await;
    let ada = app.person("ada");
    let token = ada.signs_in().await.unwrap();
    for value in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        format!("Token token=\"{token}\""),
        format!("token token={token}"),
        format!("Token token=\"{token}\", nonce=\"1\""),
    ] {
        for name in ["Authorization", "authorization", "AUTHORIZATION"] {
            list(&ada, &[(name, &value), ("accept", "application/vnd.evanta.v1")])
                .await
                .is(200)
                .allows_every_origin();
        }
    }
    for value in [
        token.clone(),
        format!("Token {token}"),
        format!("Basic {token}"),
        format!("Token token=\"{token}\", token=\"x\""),
        "Token token=\"54321\"".into(),
    ] {
        list(&ada, &[("authorization", &value)]).await.has_body(401, ACCESS_DENIED);
    }
    let twice = format!("Bearer {token}");
    list(&ada, &[("authorization", &twice), ("authorization", &twice)])
        .await
        .has_body(401, ACCESS_DENIED);
    list(&ada, &[]).await.has_body(401, ACCESS_DENIED);
}

#[tokio::test]
async fn the_email_header_must_name_the_caller_s_verified_address() {
    let app = App::start().await;
    let ada = app.person("ada");
    let bearer = |token: Option<String>| format!("Bearer {}", token.unwrap());
    let token = bearer(ada.signs_in().await);
    for email in ["ada@example.com", "Ada@EXAMPLE.com"] {
        list(&ada, &[("authorization", &token), ("X-API-EMAIL", email)]).await.is(200);
    }
    for email in ["eve@example.com", "ada@example.com, ada@example.com", "ada", ""] {
        list(&ada, &[("authorization", &token), ("x-api-email", email)])
            .await
            .has_body(401, ACCESS_DENIED);
    }
    list(
        &ada,
        &[
            ("authorization", &token),
            ("x-api-email", "ada@example.com"),
            ("x-api-email", "eve@example.com"),
        ],
    )
    .await
    .has_body(401, ACCESS_DENIED);
    let unverified = app.person("ada").claim("email_verified", json!(false));
    let token = bearer(unverified.signs_in().await);
    list(&unverified, &[("authorization", &token), ("x-api-email", "ada@example.com")])
        .await
        .has_body(401, ACCESS_DENIED);
}

#[tokio::test]
async fn the_tenant_header_must_equal_a_configured_tenant() {
    let app = App::with_settings(&[("EVANTA_TENANT", "Tenant-1")]).await;
    let ada = app.person("ada");
    let token = format!("Bearer {}", ada.signs_in().await.unwrap());
    list(&ada, &[("authorization", &token), ("X-API-TENANT", "Tenant-1")]).await.is(200);
    for tenant in ["tenant-1", "Tenant-2", "", "Tenant-1,Tenant-1"] {
        list(&ada, &[("authorization", &token), ("x-api-tenant", tenant)])
            .await
            .has_body(401, ACCESS_DENIED);
    }
    list(&ada, &[("authorization", &token)]).await.has_body(401, ACCESS_DENIED);
    // The other APIs have no tenants.
    ada.gets("/v1/me").await.is(200);
}

#[tokio::test]
async fn the_tenant_header_is_ignored_without_a_configured_tenant() {
    let app = App::start().await;
    let ada = app.person("ada");
    let token = format!("Bearer {}", ada.signs_in().await.unwrap());
    list(&ada, &[("authorization", &token), ("x-api-tenant", "54321")]).await.is(200);
}

#[tokio::test]
async fn an_anonymous_caller_is_refused_at_every_endpoint() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "open").await;
    let id = owner.invited_user().await;
    let token = owner.invited(json!({"link": {}})).await.token;
    for authorization in [None, Some(format!("Bearer {token}"))] {
        for (method, path) in [
            (Method::POST, "/group_invites".to_owned()),
            (Method::DELETE, format!("/group_invites/{id}")),
            (Method::GET, LIST.to_owned()),
            (Method::GET, "/group_invites/users/3773".to_owned()),
            (Method::POST, "/group_members".to_owned()),
        ] {
            // The credentials are checked before the body.
            let request =
                app.nobody().request(method, &path).header("content-type", "text/plain").body("x");
            let request = authorization
                .iter()
                .fold(request, |request, value| request.header("authorization", value));
            Answer::to(request).await.has_body(401, ACCESS_DENIED);
        }
    }
    assert_eq!(owner.sees_members().await, ["29842"]);
}

#[tokio::test]
async fn unavailable_issuer_keys_are_answered_with_503_and_retry_after() {
    let issuer = Issuer::with(&[&SigningKey::es256("one")]).await;
    let app = App::with(issuer.options()).await;
    issuer.goes(true);
    let token = SigningKey::es256("one").signs(&json!({"sub": "ada"}));
    let answer = list(&app.nobody(), &[("authorization", &format!("Bearer {token}"))]).await;
    let answer = answer.has_body(503, r#"{"errors":["temporarily_unavailable"]}"#);
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
}

#[tokio::test]
async fn a_browser_s_preflight_request_succeeds() {
    let app = App::start().await;
    for path in [
        "/group_invites",
        "/group_invites/506",
        "/group_invites/groups",
        "/group_invites/users/3773",
        "/group_members",
    ] {
        let request =
            app.nobody().request(Method::OPTIONS, path).header("origin", "https://app.example.com");
        let answer =
            Answer::to(request.header("access-control-request-method", "POST")).await.is(200);
        assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", "text/plain"));
        // These are the gateway's. It ignores those of a function.
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-headers").contains("x-auth-token"));
        assert!(answer.header("allow").contains("OPTIONS"));
    }
}
