//! The page of an invite: it protects the link, and changes nothing.

use harness::{App, LossyTable, eventually};
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
async fn every_invalid_token_gets_a_page_that_tells_only_what_its_text_shows() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let cut = &invited.token[..invited.token.len() - 1];
    let (upper, lower) = (invited.token.to_uppercase(), invited.token.to_lowercase());
    let long = "9".repeat(7000);
    let unknown = [
        "x",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "..%2f..",
        "%22%3E%3Cimg%20src=x%3E",
        long.as_str(),
    ];
    let incomplete = [cut, "bkn_x", "bkn_%00"];
    for (heading, tokens) in [
        ("This link does not work", unknown.as_slice()),
        ("This link is incomplete", incomplete.as_slice()),
        ("This link was changed", [upper.as_str(), lower.as_str()].as_slice()),
    ] {
        let expected = app.nobody().opens(tokens[0]).await.is(404);
        assert!(expected.text.contains(&format!("<h1>{heading}</h1>")), "{}", expected.text);
        for token in tokens {
            let page = app.nobody().opens(token).await.is(404);
            assert_eq!(page.text, expected.text, "{token}");
            assert_eq!(
                page.header("content-security-policy"),
                expected.header("content-security-policy")
            );
        }
    }
}

#[tokio::test]
async fn a_link_opens_with_what_people_copy_along() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    for after in [".", ")", ",", "%3E", "%3E.", "%20", "%E2%80%8B", "%22", "%0A", "?utm_source=x"] {
        let page = app.nobody().opens(&format!("{}{after}", invited.token)).await.is(200);
        assert!(page.text.contains("invited you to"), "{after}");
    }
}

#[tokio::test]
async fn a_link_checker_s_head_and_tracking_parameters_are_answered_as_get() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let path = format!("/i/{}", invited.token);
    let head = app.nobody().request(Method::HEAD, &path);
    let head = app.nobody().sends(head).await.is(200);
    assert_eq!((head.text.as_str(), head.header("content-type")), ("", "text/html; charset=utf-8"));
    let unknown = app.nobody().request(Method::HEAD, "/i/bkn_x");
    app.nobody().sends(unknown).await.is(404);
    let inbox = app.nobody().request(Method::HEAD, "/i");
    let inbox = app.nobody().sends(inbox).await.is(200);
    assert_eq!((inbox.text.as_str(), inbox.header("cache-control")), ("", "no-store"));
    for query in ["?utm_source=mail&utm_medium=x", "?fbclid=1", "?gclid=1&_=2"] {
        app.nobody().gets(&format!("{path}{query}")).await.is(200);
    }
}

#[tokio::test]
async fn the_address_without_a_token_is_the_page_of_a_persons_invitations() {
    let app = App::start().await;
    for path in ["/i", "/i/opened"] {
        let page = app.nobody().gets(path).await.is(200);
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(page.text.contains("Sign in to see your invitations"), "{path}");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn an_accepted_invitation_leads_into_the_app() {
    let app = App::with_settings(&[("APP_URL", "https://planner.example/")]).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.person("ada").accepts(&invited.token).await.is(200);
    let page = app.nobody().opens(&invited.token).await.text;
    assert!(
        page.contains("<a class=\"button primary\" href=\"https://planner.example/\""),
        "{page}"
    );
    let link = alice.invited(json!({"link": {}})).await;
    let page = app.nobody().opens(&link.token).await.is(200).text;
    assert!(page.contains("Already a member? <a href=\"https://planner.example/\""), "{page}");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_now_says_when_to_try_again() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    table.refuses("GetItem", 100);
    let first = app.nobody().opens(&invited.token).await;
    table.refuses("BatchGetItem", 100);
    let second = app.nobody().opens(&invited.token).await;
    let down = [first, second].into_iter().find(|page| page.status == 503);
    let page = down.expect("the page needs the table");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
}
