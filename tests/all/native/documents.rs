//! The descriptions of the APIs, and the pages about error codes.

use harness::{Answer, App};
use reqwest::Method;
use serde_json::json;
use shared::api::native::Code;

async fn gets(app: &App, path: &str) -> Answer {
    Answer::to(app.nobody().request(Method::GET, path)).await
}

#[tokio::test]
async fn everybody_reads_the_description_of_each_api() {
    let app = App::start().await;
    for (path, title) in [
        ("/openapi.json", "Beckon: the native API"),
        ("/openapi/bungie.json", "Beckon: the bungie API"),
        ("/openapi/chembiohub.json", "Beckon: the chembiohub API"),
        ("/openapi/evanta.json", "Beckon: the evanta API"),
        ("/openapi/onezone.json", "Beckon: the onezone API"),
        ("/openapi/rownd.json", "Beckon: the rownd API"),
    ] {
        let answer = gets(&app, path).await.is(200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(answer.text_at("/info/title"), title);
        assert_eq!(answer.text_at("/openapi"), "3.1.0");
    }
    gets(&app, "/openapi/native.json").await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_description_that_has_not_changed_is_304() {
    let app = App::start().await;
    let etag = gets(&app, "/openapi.json").await.is(200).header("etag").to_owned();
    assert!(etag.len() > 10, "{etag}");
    for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let request = app.nobody().request(Method::GET, "/openapi.json");
        let answer = Answer::to(request.header("if-none-match", &tags)).await.is(304);
        assert_eq!((answer.text.as_str(), answer.header("etag")), ("", etag.as_str()), "{tags}");
    }
    let other = app.nobody().request(Method::GET, "/openapi.json").header("if-none-match", "\"x\"");
    Answer::to(other).await.is(200);
    let head = Answer::to(app.nobody().request(Method::HEAD, "/openapi.json")).await.is(200);
    assert_eq!((head.text.as_str(), head.header("etag")), ("", etag.as_str()));
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_a_page_about_it() {
    let app = App::start().await;
    let problem = gets(&app, "/v1/me").await.refuses(401, "unauthenticated");
    let page = gets(&app, problem.text_at("/type")).await.is(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(page.text.contains("<h1>Not signed in</h1>"), "{}", page.text);
    assert!(page.text.contains("<h2>What to do</h2>"), "{}", page.text);
    let index = gets(&app, "/docs/problems").await.is(200);
    for code in Code::ALL {
        let path = format!("/docs/problems/{}", code.word());
        assert!(index.text.contains(&format!("href=\"{path}\"")), "{path}");
        let page = gets(&app, &path).await.is(200);
        assert!(page.text.contains(&format!("<code>{}</code>", code.word())), "{}", page.text);
    }
    for path in ["/docs/problems/no_such_code", "/docs/problems/Forbidden"] {
        let page = gets(&app, path).await.is(404);
        assert!(page.text.contains("There is no such error code"), "{}", page.text);
    }
    let slash = gets(&app, "/docs/problems/").await.is(308);
    assert_eq!(slash.header("location"), "/docs/problems");
}

#[tokio::test]
async fn the_apps_that_open_links_are_named_where_systems_look_for_them() {
    let fingerprint = ["14"; 32].join(":");
    let android = format!("com.example.planner={fingerprint}");
    let settings = [("IOS_APP_IDS", "ABCDE12345.com.example.planner"), ("ANDROID_APPS", &android)];
    let app = App::with_settings(&settings).await;
    let apple = gets(&app, "/.well-known/apple-app-site-association").await.is(200);
    let android = gets(&app, "/.well-known/assetlinks.json").await.is(200);
    for answer in [&apple, &android] {
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
    }
    let components = json!([{"/": "/i/opened", "exclude": true}, {"/": "/i/*"}]);
    let details = json!([{"appIDs": ["ABCDE12345.com.example.planner"], "components": components}]);
    assert_eq!(apple.json, json!({"applinks": {"details": details}}));
    let target = json!({
        "namespace": "android_app", "package_name": "com.example.planner",
        "sha256_cert_fingerprints": [fingerprint],
    });
    let relation = json!(["delegate_permission/common.handle_all_urls"]);
    assert_eq!(android.json, json!([{"relation": relation, "target": target}]));
}

#[tokio::test]
async fn without_apps_there_is_no_such_file() {
    let app = App::start().await;
    gets(&app, "/.well-known/apple-app-site-association").await.refuses(404, "not_found");
    gets(&app, "/.well-known/assetlinks.json").await.refuses(404, "not_found");
    let settings = [("IOS_APP_IDS", "ABCDE12345.com.example.planner")];
    let app = App::with_settings(&settings).await;
    gets(&app, "/.well-known/apple-app-site-association").await.is(200);
    gets(&app, "/.well-known/assetlinks.json").await.refuses(404, "not_found");
}
