//! Bearer tokens, and sessions with a CSRF pair: a cookie and a header with the same value.

use reqwest::{Method, RequestBuilder};

use super::*;

/// Asserts that the request is refused as unauthenticated.
async fn refused(request: RequestBuilder) {
    let answer = Answer::to(request).await.is(401);
    assert_eq!(
        (answer.text.as_str(), answer.header("content-type")),
        ("", "text/html; charset=utf-8")
    );
}

/// Returns a `POST` as a browser with this cookie and CSRF header sends it.
fn post(app: &App, cookie: &str, header: Option<&str>) -> RequestBuilder {
    let request = app.nobody().request(Method::POST, PATH).header("cookie", cookie).json(&ada(&[]));
    match header {
        Some(value) => request.header("X-CSRFToken", value),
        None => request,
    }
}

#[tokio::test]
async fn a_session_needs_the_csrf_pair_to_write_and_not_to_read() {
    let app = App::start().await;
    let jwt = inviter(&app).await.signs_in().await.unwrap();
    let session = format!("chembiohub_sessionid={jwt}");
    Answer::to(post(&app, &format!("theme=dark; {session}; chembiohubcsrftoken=abc"), Some("abc")))
        .await
        .is(201);
    let get = |cookie: &str| app.nobody().request(Method::GET, PATH).header("cookie", cookie);
    let list = Answer::to(get(&session)).await.is(200);
    assert_eq!(list.json["meta"]["total_count"], 1);
    refused(get("chembiohubcsrftoken=abc")).await;
    refused(get(&format!("{session}; {session}"))).await;
    refused(get(&format!("other_sessionid={jwt}"))).await;
    refused(get("chembiohub_sessionid=nonsense")).await;
}

#[tokio::test]
async fn a_missing_empty_or_different_csrf_pair_is_refused() {
    let app = App::start().await;
    let jwt = inviter(&app).await.signs_in().await.unwrap();
    let session = format!("chembiohub_sessionid={jwt}");
    refused(post(&app, &session, None)).await;
    refused(post(&app, &session, Some("abc"))).await;
    refused(post(&app, &format!("{session}; chembiohubcsrftoken=abc"), None)).await;
    refused(post(&app, &format!("{session}; chembiohubcsrftoken="), Some(""))).await;
    refused(post(&app, &format!("{session}; chembiohubcsrftoken=abc"), Some("abd"))).await;
    refused(post(
        &app,
        &format!("{session}; chembiohubcsrftoken=abc; chembiohubcsrftoken=abc"),
        Some("abc"),
    ))
    .await;
    refused(post(&app, &format!("{session}; csrftoken=abc"), Some("abc"))).await;
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn a_bearer_token_needs_no_csrf_pair_and_takes_precedence_over_the_cookie() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    let jwt = inviter.signs_in().await.unwrap();
    invites(&inviter, &ada(&[])).await.is(201);
    let request = |authorization: &str| {
        app.nobody().request(Method::GET, PATH).header("authorization", authorization)
    };
    Answer::to(request(&format!("bearer {jwt}"))).await.is(200);
    let with_session = format!("chembiohub_sessionid={jwt}");
    refused(request("Bearer nonsense").header("cookie", &with_session)).await;
    refused(request(&format!("Basic {jwt}")).header("cookie", &with_session)).await;
}

#[tokio::test]
async fn anonymous_callers_and_other_tokens_are_refused_everywhere() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let invite_token = inviter
        .invites_to("1", serde_json::json!({"link": {}}))
        .await
        .is(201)
        .text_at("/token")
        .to_owned();
    for path in [PATH, "/chembiohub/api/invitations/1", "/chembiohub/api/invitations/schema/"] {
        refused(app.nobody().request(Method::GET, path)).await;
        refused(app.nobody().request(Method::GET, path).bearer_auth(&invite_token)).await;
        refused(app.nobody().request(Method::GET, path).header("x-api-key", "1")).await;
        refused(app.nobody().request(Method::GET, path).header("x-auth-token", &invite_token))
            .await;
    }
    refused(app.nobody().request(Method::POST, PATH).json(&ada(&[]))).await;
}
