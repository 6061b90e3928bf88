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

#[tokio::test(flavor = "multi_thread")]
async fn mails_and_events_follow_on_threads_of_their_own() {
    let background = beckon::background().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let data = Some(folder.path().join("data"));
    let options =
        Options { background: Some(background.handle().clone()), data, ..Options::default() };
    let app = App::embedded(options).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.mail_to("ada@example.com").await;
    app.person("ada").accepts(&invited.token).await.is(200);
    eventually("the event of the acceptance", async || {
        let events = alice.gets("/v1/groups/3773/events").await.is(200);
        events.text.contains("invite.accepted").then_some(())
    })
    .await;
    drop(app);
    background.shutdown_background();
}

#[tokio::test]
async fn the_viewer_shows_every_description_and_loads_nothing_from_elsewhere() {
    let app = App::start().await;
    let nobody = app.nobody();
    let start = Answer::to(nobody.request(Method::GET, "/")).await.is(200);
    assert!(start.text.contains("href=\"/local/docs/\""), "{}", start.text);
    let page = Answer::to(nobody.request(Method::GET, "/local/docs/")).await.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
    let path = "/local/docs/swagger-initializer.js";
    let script = Answer::to(nobody.request(Method::GET, path)).await.is(200).text;
    for api in ["", "/bungie", "/chembiohub", "/evanta", "/onezone", "/rownd"] {
        let document = format!("/openapi{api}.json");
        assert!(script.contains(&format!("\"{document}\"")), "{document}: {script}");
        Answer::to(nobody.request(Method::GET, &document)).await.is(200);
    }
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
    let part = format!("/local/inbox/{}", sent.text_at("/MessageId"));
    let part = Answer::to(nobody.request(Method::GET, &part)).await.is(200);
    assert!(part.text.ends_with("<b>Hi</b>"), "{}", part.text);
    assert!(part.header("content-security-policy").contains("sandbox"));
    nobody.gets("/local/inbox/unknown").await.is(404);
    let refused = Answer::to(Client::new().post(&ses).body("{}")).await;
    assert_eq!(refused.header("x-amzn-errortype"), "BadRequestException");
    nobody.deletes("/local/inbox").await.is(204);
    assert_eq!(nobody.gets("/local/inbox").await.json, json!({"messages": []}));
}

#[tokio::test]
async fn the_inbox_is_searched_and_remains_json_for_programs() {
    let app = App::start().await;
    let nobody = app.nobody();
    let ses = format!("{}/v2/email/outbound-emails", app.setting(settings::AWS_ENDPOINT_URL_SESV2));
    for name in ["ada", "bob"] {
        let mail = json!({"FromEmailAddress": "b@example.com", "Destination": {"ToAddresses": [format!("{name}@example.com")]},
            "Content": {"Simple": {"Subject": {"Data": format!("Hi {name}")}, "Body": {"Text": {"Data": "Hi"}}}}});
        Answer::to(Client::new().post(&ses).json(&mail)).await.is(200);
    }
    let page = async |query: &str| {
        let path = format!("/local/inbox{query}");
        let request = nobody.request(Method::GET, &path).header("accept", "text/html");
        Answer::to(request).await.is(200).text
    };
    assert!(page("").await.contains("2 mails"));
    let found = page("?q=ADA").await;
    assert!(found.contains("Hi ada") && !found.contains("Hi bob"), "{found}");
    assert!(page("?q=nobody").await.contains("No mail has these words"));
    assert!(page("?mail=1").await.contains("no longer in the inbox"));
    let json = nobody.gets("/local/inbox?q=ada").await.json;
    assert_eq!(json["messages"].as_array().map(Vec::len), Some(2));
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
    let wrong = nobody
        .request(Method::POST, "/local/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("redirect_uri={back}&email=ada"));
    let wrong = Answer::to(wrong).await.is(400);
    assert!(wrong.text.contains("This is not an e-mail address."), "{}", wrong.text);
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
    assert_eq!(unknown.json["code"], "not_found");
    nobody.sends(nobody.request(Method::HEAD, "/v1/groups")).await.is(405);
    let start = nobody.gets("/").await;
    assert!(start.header("content-security-policy").contains("default-src 'none'"));
    for file in ["style.css", "start.css", "inbox.css", "start.js", "steps.js", "inbox.js"] {
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

#[tokio::test]
async fn the_embedded_database_answers_nobody_but_the_service() {
    let app = App::start().await;
    let endpoint = Url::parse(app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB)).unwrap();
    if harness::asked::asked("BECKON_TEST_DYNAMODB").is_some() {
        return;
    }
    let without_secret = endpoint.join("/").unwrap();
    let table = app.setting(settings::TABLE_NAME);
    let signed = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    for (url, origin, host) in [
        (&without_secret, None, None),
        (&without_secret, Some("https://evil.example"), None),
        (&endpoint, Some("https://evil.example"), None),
        (&without_secret, None, Some("evil.example")),
    ] {
        for operation in ["DeleteTable", "PutItem", "Scan"] {
            let mut request = Client::new()
                .post(url.clone())
                .header("authorization", signed)
                .header("x-amz-date", "20260101T000000Z")
                .header("content-type", "application/x-amz-json-1.0")
                .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
                .body(json!({"TableName": table}).to_string());
            for (name, value) in [("origin", origin), ("host", host)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let answer = Answer::to(request).await.is(403);
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
    let preflight = Client::new()
        .request(Method::OPTIONS, without_secret)
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST");
    let preflight = Answer::to(preflight).await.is(403);
    assert!(!preflight.headers.contains_key("access-control-allow-origin"));
    app.owner().await;
}

#[tokio::test]
async fn the_health_is_ok_only_when_the_demo_data_exist() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let health = format!("http://127.0.0.1:{port}/local/health");
    let client = Client::builder().no_proxy().build().unwrap();
    let asking = async {
        loop {
            if let Ok(answer) = client.get(&health).send().await {
                let ok = answer.status() == 200;
                let health: Value = answer.json().await.unwrap();
                assert_eq!(health["status"], if ok { "ok" } else { "starting" });
                if ok {
                    break;
                }
            }
            tokio::task::yield_now().await;
        }
        // The last of the demo groups is created last.
        let token = client.post(format!("http://127.0.0.1:{port}/local/token"));
        let token = Answer::to(token.body(r#"{"sub":"1"}"#)).await.is(200);
        let group = client.get(format!("http://127.0.0.1:{port}/v1/groups/1"));
        Answer::to(group.bearer_auth(token.text_at("/access_token"))).await.is(200)
    };
    let starting = start(Options { port, ..Options::default() });
    let (running, _group) = tokio::join!(starting, asking);
    running.unwrap().shutdown().await.unwrap();
}
