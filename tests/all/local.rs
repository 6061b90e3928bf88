//! The local service over HTTP. Other tests cover the functions behind it.

use beckon::{Options, StartError, start};
use harness::{Answer, App, eventually};
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};
use shared::config::settings;

/// Sends a `POST` request with this body and no content type.
async fn post(app: &App, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    Answer::to(app.nobody().request(Method::POST, path).body(body)).await
}

#[tokio::test]
async fn two_services_run_side_by_side_and_share_nothing() {
    let (first, second) = tokio::join!(App::start(), App::start());
    assert_ne!(first.running.url, second.running.url);
    first.advance(3600);
    let now = |health: &Value| health["now"].as_str().unwrap().to_owned();
    let (early, late) = (
        second.nobody().gets("/local/health").await.json,
        first.nobody().gets("/local/health").await.json,
    );
    assert!(now(&early) < now(&late));
    assert_eq!(early["status"], "ok");
    assert_eq!(early["on_failure"], 0);
}

#[tokio::test]
async fn a_stopped_service_does_not_answer() {
    let health = |app: &App| app.nobody().request(Method::GET, "/local/health");
    let app = App::start().await;
    let request = health(&app);
    app.running.shutdown().await.unwrap();
    assert!(request.send().await.is_err());
    let app = App::start().await;
    let person = app.nobody();
    drop(app);
    eventually("the end of a dropped service", || async {
        person.request(Method::GET, "/local/health").send().await.err()
    })
    .await;
}

#[tokio::test]
async fn a_taken_port_is_reported_with_the_option_to_change_it() {
    let app = App::start().await;
    let port = app.running.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let error = start(Options { port, ..Options::default() }).await.unwrap_err();
    assert!(matches!(error, StartError::Port { .. }));
    assert!(error.to_string().contains("--port"));
}

#[tokio::test]
async fn an_unreachable_database_is_reported_with_its_url() {
    let options =
        Options { port: 0, dynamodb: Some("http://127.0.0.1:1".into()), ..Options::default() };
    let error = start(options).await.unwrap_err();
    assert!(error.to_string().contains("http://127.0.0.1:1"), "{error}");
}

#[tokio::test]
async fn tokens_are_signed_and_the_key_is_published() {
    let app = App::start().await;
    let token = post(&app, "/local/token", r#"{"sub":"29842"}"#).await.is(200);
    assert_eq!(token.text_at("/access_token").split('.').count(), 3);
    let discovery = app.nobody().gets("/local/.well-known/openid-configuration").await;
    assert_eq!(discovery.json["issuer"], format!("{}/local", app.running.url));
    let keys = Answer::to(Client::new().get(discovery.text_at("/jwks_uri"))).await;
    assert_eq!(keys.json["keys"][0]["alg"], "ES256");
    for body in [r#"{"sub":"1","nickname":"x"}"#, "{", r#"{"sub":""}"#, "{}"] {
        let answer = post(&app, "/local/token", body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json["message"].is_string());
    }
}

#[tokio::test]
async fn a_mail_lands_in_the_inbox() {
    let app = App::start().await;
    let nobody = app.nobody();
    let mail = json!({"FromEmailAddress": "b@example.com", "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "see http://x/i/1"}, "Html": {"Data": "<b>Hi</b>"}}}}});
    let ses = format!("{}/v2/email/outbound-emails", app.setting(settings::AWS_ENDPOINT_URL_SESV2));
    let sent = Answer::to(Client::new().post(&ses).json(&mail)).await;
    let inbox = nobody.gets("/local/inbox").await.json;
    assert_eq!(inbox["messages"][0]["id"], sent.json["MessageId"]);
    assert_eq!(inbox["messages"][0]["to"], json!(["ada@example.com"]));
    let page = nobody.request(Method::GET, "/local/inbox").header("accept", "text/html");
    let page = Answer::to(page).await.text;
    assert!(page.contains(r#"<a href="http://x/i/1""#) && !page.contains("<b>Hi</b>"), "{page}");
    let refused = Answer::to(Client::new().post(&ses).body("{}")).await;
    assert_eq!(refused.header("x-amzn-errortype"), "BadRequestException");
    nobody.deletes("/local/inbox").await.is(204);
    assert_eq!(nobody.gets("/local/inbox").await.json, json!({"messages": []}));
}

#[tokio::test]
async fn sign_in_redirects_with_a_token_to_this_service_only() {
    let app = App::start().await;
    let nobody = app.nobody();
    let back = format!("{}/i/bkn_1", app.running.url);
    let form = nobody
        .request(Method::GET, "/local/sign-in")
        .query(&[("redirect_uri", back.as_str()), ("state", "\"><b>")]);
    let form = Answer::to(form).await.is(200);
    assert!(!form.text.contains("\"><b>"));
    let signs_in = async |target: &str| {
        let fields = [("redirect_uri", target), ("email", "ada@example.com")];
        let form = Url::parse_with_params("http://form/", fields).unwrap();
        let request = nobody
            .request(Method::POST, "/local/sign-in")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap().to_owned());
        Answer::to(request).await
    };
    let answer = signs_in(&back).await.is(303);
    assert!(answer.header("location").starts_with(&format!("{back}#access_token=ey")));
    let refused = signs_in("https://evil.example/").await.is(400);
    assert!(!refused.headers.contains_key("location"));
}

#[tokio::test]
async fn the_clock_only_moves_forward() {
    let app = App::start().await;
    let before = app.running.clock.now();
    post(&app, "/local/clock", r#"{"advance_seconds": 86400}"#).await.is(200);
    assert!(app.running.clock.now() >= before.plus(86_400));
    post(&app, "/local/clock", r#"{"advance_seconds": -1}"#).await.is(400);
}

#[tokio::test]
async fn a_browser_request_from_another_site_is_refused() {
    let app = App::start().await;
    let named = async |host: &str| {
        let request = app.nobody().request(Method::GET, "/local/health");
        Answer::to(request.header("host", host)).await
    };
    named("evil.example").await.is(403);
    named("localhost:3000").await.is(200);
    let token = app
        .nobody()
        .request(Method::POST, "/local/token")
        .header("sec-fetch-site", "cross-site")
        .body(r#"{"sub":"1"}"#);
    Answer::to(token).await.is(403);
}

#[tokio::test]
async fn the_service_serves_only_the_routes_of_the_template() {
    let app = App::start().await;
    let nobody = app.nobody();
    let unknown = nobody.gets("/v2/nothing").await.is(404);
    assert!(unknown.headers.contains_key("apigw-requestid"));
    assert_eq!(unknown.text, r#"{"message":"Not Found"}"#);
    nobody.sends(nobody.request(Method::HEAD, "/v1/groups")).await.is(404);
    let start = nobody.gets("/").await;
    assert!(start.header("content-security-policy").contains("default-src 'none'"));
    for file in ["style.css", "start.js", "inbox.js"] {
        nobody.gets(&format!("/local/pages/{file}")).await.is(200);
    }
    nobody.gets("/local/pages/nothing").await.is(404);
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
