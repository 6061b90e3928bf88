//! The console: one page, the same for everybody, which reads nothing.

use harness::{Answer, App};
use reqwest::Method;

#[tokio::test]
async fn everybody_gets_the_same_page_and_its_head() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    let page = Answer::to(app.nobody().request(Method::GET, "/console")).await.is(200);
    let signed_in =
        Answer::to(alice.request(Method::GET, "/console?utm_source=mail")).await.is(200);
    assert_eq!(signed_in.text, page.text);
    let head = Answer::to(app.nobody().request(Method::HEAD, "/console")).await.is(200);
    assert_eq!(head.text, "");
    for answer in [&page, &head] {
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
        assert!(policy.contains("connect-src 'self'") && !policy.contains("unsafe"), "{policy}");
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn the_page_speaks_the_language_that_is_chosen_or_preferred() {
    let app = App::with_settings(&[("DEFAULT_LOCALE", "fr")]).await;
    for (query, accepted, head) in [
        ("?lang=de", Some("ja"), "<html lang=\"de\" dir=\"ltr\" data-locale=\"de\">"),
        ("?lang=tlh&utm_source=mail", Some("ja"), "<html lang=\"ja\" dir=\"ltr\""),
        ("", Some("ar-EG, en;q=0.5"), "<html lang=\"ar\" dir=\"rtl\""),
        ("", Some("tlh"), "<html lang=\"fr\""),
        ("", None, "<html lang=\"fr\""),
    ] {
        let mut request = app.nobody().request(Method::GET, &format!("/console{query}"));
        if let Some(accepted) = accepted {
            request = request.header("accept-language", accepted);
        }
        let page = Answer::to(request).await.is(200);
        assert!(page.text.contains(head), "{query} {accepted:?}");
        assert_eq!(page.header("vary"), "Accept-Language");
        assert_eq!(page.header("cache-control"), "public, max-age=300");
    }
}

#[tokio::test]
async fn another_method_and_a_slash_are_answered_like_those_of_every_address() {
    let app = App::start().await;
    Answer::to(app.nobody().request(Method::POST, "/console"))
        .await
        .refuses(405, "method_not_allowed");
    let slash = Answer::to(app.nobody().request(Method::GET, "/console/")).await.is(308);
    assert_eq!(slash.header("location"), "/console");
}
