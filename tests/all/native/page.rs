//! The page of an invite: it protects the link, and changes nothing.

use harness::{App, eventually};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_page_protects_the_link_and_changes_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let token = app.mail_to("ada@example.com").await.token();
    // The sender marks the mail as sent, which is the last write.
    let before = eventually("the mail to be marked as sent", || async {
        let read = alice.reads(&invited.id).await;
        (read.json["delivery"]["state"] == "sent").then_some(read)
    })
    .await;
    let table = app.table().await;

    for _ in 0..3 {
        let page = app.nobody().opens(&token).await.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !page.headers.contains_key("set-cookie"));
        for method in [Method::HEAD, Method::OPTIONS, Method::GET] {
            let request =
                app.nobody().request(method, &format!("/i/{token}")).header("accept", "*/*");
            app.person("ada").sends(request).await;
        }
        app.nobody().previews(&token).await.is(200);
    }

    assert_eq!(app.table().await, table);
    let after = alice.reads(&invited.id).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.json, before.json);
}

#[tokio::test]
async fn every_invalid_token_gets_the_same_page() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let cut = &invited.token[..invited.token.len() - 1];
    let long = "9".repeat(7000);
    let expected = app.nobody().opens("bkn_x").await.is(404);
    for token in [
        cut,
        "x",
        "bkn_%00",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "..%2f..",
        "%22%3E%3Cimg%20src=x%3E",
        long.as_str(),
    ] {
        let page = app.nobody().opens(token).await.is(404);
        assert_eq!(page.text, expected.text, "{token}");
        assert_eq!(
            page.header("content-security-policy"),
            expected.header("content-security-policy")
        );
    }
}
