//! The local service over HTTP. The functions behind it are tested elsewhere.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of the tests fails as loudly as they do"
)]

use beckon::{Options, Running, StartError, start};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use shared::config::settings;

async fn running() -> Running {
    start(Options { port: 0, demo: false, ..Options::default() }).await.expect("the service starts")
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().expect("a client")
}

async fn json_at(url: String) -> Value {
    client().get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn several_run_side_by_side_and_share_nothing() {
    let (first, second) = tokio::join!(running(), running());
    assert_ne!(first.url, second.url);
    first.clock.advance(3600);
    let now = |health: &Value| health["now"].as_str().unwrap().to_owned();
    let (early, late) = (
        json_at(format!("{}/local/health", second.url)).await,
        json_at(format!("{}/local/health", first.url)).await,
    );
    assert!(now(&early) < now(&late));
    assert_eq!(early["status"], "ok");
    assert_eq!(early["on_failure"], 0);
}

#[tokio::test]
async fn ended_it_answers_no_more() {
    let service = running().await;
    let health = format!("{}/local/health", service.url);
    service.shutdown().await.unwrap();
    assert!(client().get(&health).send().await.is_err());
    let service = running().await;
    let health = format!("{}/local/health", service.url);
    drop(service);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(client().get(&health).send().await.is_err());
}

#[tokio::test]
async fn a_taken_port_is_said_to_be_taken() {
    let service = running().await;
    let port = service.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let error = start(Options { port, ..Options::default() }).await.unwrap_err();
    assert!(matches!(error, StartError::Port { .. }));
    assert!(error.to_string().contains("--port"));
}

#[tokio::test]
async fn an_unreachable_database_is_named() {
    let options =
        Options { port: 0, dynamodb: Some("http://127.0.0.1:1".into()), ..Options::default() };
    let error = start(options).await.unwrap_err();
    assert!(error.to_string().contains("http://127.0.0.1:1"), "{error}");
}

#[tokio::test]
async fn tokens_are_signed_and_the_key_is_published() {
    let service = running().await;
    let answer = client()
        .post(format!("{}/local/token", service.url))
        .body(r#"{"sub":"29842"}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let token: Value = answer.json().await.unwrap();
    assert_eq!(token["access_token"].as_str().unwrap().split('.').count(), 3);
    let discovery =
        json_at(format!("{}/local/.well-known/openid-configuration", service.url)).await;
    assert_eq!(discovery["issuer"], format!("{}/local", service.url));
    let keys = json_at(discovery["jwks_uri"].as_str().unwrap().to_owned()).await;
    assert_eq!(keys["keys"][0]["alg"], "ES256");
    for body in [r#"{"sub":"1","nickname":"x"}"#, "{", r#"{"sub":""}"#, "{}"] {
        let answer =
            client().post(format!("{}/local/token", service.url)).body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        assert!(answer.json::<Value>().await.unwrap()["message"].is_string());
    }
}

#[tokio::test]
async fn a_mail_lands_in_the_inbox() {
    let service = running().await;
    let inbox = format!("{}/local/inbox", service.url);
    let mail = json!({"FromEmailAddress": "b@example.com", "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "see http://x/i/1"}, "Html": {"Data": "<b>Hi</b>"}}}}});
    let ses = service.environment.required(settings::AWS_ENDPOINT_URL_SESV2).unwrap();
    let sent =
        client().post(format!("{ses}/v2/email/outbound-emails")).json(&mail).send().await.unwrap();
    let id: Value = sent.json().await.unwrap();
    let messages = json_at(inbox.clone()).await;
    assert_eq!(messages["messages"][0]["id"], id["MessageId"]);
    assert_eq!(messages["messages"][0]["to"], json!(["ada@example.com"]));
    let page = client()
        .get(&inbox)
        .header("accept", "text/html")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains(r#"<a href="http://x/i/1""#) && !page.contains("<b>Hi</b>"), "{page}");
    let refused =
        client().post(format!("{ses}/v2/email/outbound-emails")).body("{}").send().await.unwrap();
    assert_eq!(refused.headers()["x-amzn-errortype"], "BadRequestException");
    assert_eq!(client().delete(&inbox).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(json_at(inbox).await, json!({"messages": []}));
}

#[tokio::test]
async fn signing_in_leads_back_with_a_token_and_nowhere_else() {
    let service = running().await;
    let page = format!("{}/local/sign-in", service.url);
    let back = format!("{}/i/bkn_1", service.url);
    let form = client()
        .get(&page)
        .query(&[("redirect_uri", back.as_str()), ("state", "\"><b>")])
        .send()
        .await
        .unwrap();
    assert_eq!(form.status(), StatusCode::OK);
    assert!(!form.text().await.unwrap().contains("\"><b>"));
    let post = |target: String| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("redirect_uri", &target).append_pair("email", "ada@example.com");
        client()
            .post(&page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish())
            .send()
    };
    let answer = post(back.clone()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(
        answer.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with(&format!("{back}#access_token=ey"))
    );
    let refused = post("https://evil.example/".into()).await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(!refused.headers().contains_key("location"));
}

#[tokio::test]
async fn the_clock_moves_forward_only() {
    let service = running().await;
    let clock = format!("{}/local/clock", service.url);
    let before = service.clock.now();
    let moved = client().post(&clock).body(r#"{"advance_seconds": 86400}"#).send().await.unwrap();
    assert_eq!(moved.status(), StatusCode::OK);
    assert!(service.clock.now() >= before.plus(86_400));
    let refused = client().post(&clock).body(r#"{"advance_seconds": -1}"#).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let service = running().await;
    let health = format!("{}/local/health", service.url);
    let rebound = client().get(&health).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN);
    let named = client().get(&health).header("host", "localhost:3000").send().await.unwrap();
    assert_eq!(named.status(), StatusCode::OK);
    let token = client()
        .post(format!("{}/local/token", service.url))
        .header("sec-fetch-site", "cross-site")
        .body(r#"{"sub":"1"}"#);
    assert_eq!(token.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn routes_are_the_templates_and_no_others() {
    let service = running().await;
    let at = |path: &str| client().get(format!("{}{path}", service.url)).send();
    let unknown = at("/v2/nothing").await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert!(unknown.headers().contains_key("apigw-requestid"));
    assert_eq!(unknown.text().await.unwrap(), r#"{"message":"Not Found"}"#);
    let head = client().head(format!("{}/v1/groups", service.url)).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
    let start = at("/").await.unwrap();
    assert!(
        start.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
    );
    for file in ["style.css", "start.js", "inbox.js"] {
        assert_eq!(at(&format!("/local/pages/{file}")).await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(at("/local/pages/nothing").await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_data_file_survives_a_restart() {
    let folder = tempfile::TempDir::new().unwrap();
    let options =
        Options { port: 0, data: Some(folder.path().join("data.sqlite")), ..Options::default() };
    for _ in 0..2 {
        start(options.clone()).await.unwrap().shutdown().await.unwrap();
    }
}
