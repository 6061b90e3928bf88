//! Where people go after joining: the redirect of the invite, or the app.

use harness::{App, GROUP};
use serde_json::{Value, json};

const APP_URL: (&str, &str) = ("APP_URL", "https://planner.example/home");

#[tokio::test]
async fn a_relative_redirect_leads_into_the_app() {
    let app = App::with_settings(&[APP_URL]).await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "redirect_url": "/welcome?a=1#b"});
    let invited = alice.invited(body).await;
    let welcome = json!("https://planner.example/welcome?a=1#b");
    // The invite itself shows the redirect as it was sent.
    assert_eq!(invited.json["redirect_url"], "/welcome?a=1#b");
    let ada = app.person("ada");
    assert_eq!(app.nobody().previews(&invited.token).await.json["redirect_url"], welcome);
    let page = app.nobody().opens(&invited.token).await.is(200).text;
    assert!(page.contains("After joining you go to <bdi>planner.example</bdi>."), "{page}");
    let accepted = ada.accepts(&invited.token).await.is(200);
    assert_eq!(accepted.json["redirect_url"], welcome);
    assert_eq!(accepted.json["invite"]["redirect_url"], "/welcome?a=1#b");
    let again = ada.accepts(&invited.token).await.is(200);
    assert_eq!(again.json["redirect_url"], welcome);
    // The link stays the way in.
    let page = app.nobody().opens(&invited.token).await.text;
    assert!(page.contains("href=\"https://planner.example/welcome?a=1#b\""), "{page}");
}

#[tokio::test]
async fn without_a_redirect_joining_leads_to_the_app() {
    let app = App::with_settings(&[APP_URL]).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    assert_eq!(invited.json["redirect_url"], Value::Null);
    let accepted = app.person("ada").accepts(&invited.token).await.is(200);
    assert_eq!(accepted.json["redirect_url"], "https://planner.example/home");
}

#[tokio::test]
async fn without_an_app_paths_lead_to_the_host_of_the_sign_in_page() {
    let app =
        App::with_settings(&[("APP_URL", ""), ("SIGN_IN_URL", "https://login.example/sign-in")])
            .await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}, "redirect_url": "/welcome"})).await;
    let accepted = app.person("ada").accepts(&link.token).await.is(200);
    assert_eq!(accepted.json["redirect_url"], "https://login.example/welcome");
    let plain = alice.invited(json!({"link": {}})).await;
    let accepted = app.person("ben").accepts(&plain.token).await.is(200);
    assert_eq!(accepted.json["redirect_url"], Value::Null);
}

#[tokio::test]
async fn the_origins_of_the_app_and_its_sign_in_page_are_allowed_without_a_setting() {
    let app = App::with_settings(&[
        APP_URL,
        ("SIGN_IN_URL", "https://login.example/sign-in"),
        ("REDIRECT_ORIGINS", ""),
    ])
    .await;
    let alice = app.owner().await;
    for (number, url) in
        ["https://planner.example/x", "https://login.example/x"].into_iter().enumerate()
    {
        let rownd = json!({"roles": ["editor"], "email": format!("r{number}@example.com"), "redirect_url": url});
        let made = alice.posts(&format!("/me/groups/{GROUP}/invites"), &rownd).await.is(200);
        assert_eq!(made.json["invitation"]["redirect_url"], url);
        let native = json!({"email": format!("n{number}@example.com"), "redirect_url": url});
        assert_eq!(alice.invited(native).await.json["redirect_url"], url);
    }
    for url in ["https://evil.example/", "/..//evil.example", "/%2e%2e//evil.example", "/%5cevil"] {
        let body = json!({"email": "ada@example.com", "redirect_url": url});
        let refused = alice.invites(body).await.refuses(422, "invalid_body");
        assert_eq!(refused.json["errors"][0]["pointer"], "/redirect_url", "{url}");
        let rownd = json!({"roles": ["editor"], "email": "ada@example.com", "redirect_url": url});
        alice.posts(&format!("/me/groups/{GROUP}/invites"), &rownd).await.is(400);
    }
}

#[tokio::test]
async fn the_local_service_leads_to_a_page_that_answers() {
    let app = App::with_demo().await;
    let owner = app.user("29842").name("Generic User");
    let invite = owner.invited(json!({"link": {}, "redirect_url": "/somewhere/on/my/site#"})).await;
    let accepted = app.person("ada").accepts(&invite.token).await.is(200);
    let target = accepted.text_at("/redirect_url");
    let page = reqwest::get(target).await.expect("the app answers");
    assert_eq!(page.status(), 200);
    assert!(page.text().await.expect("a page").contains("/somewhere/on/my/site"));
}

#[tokio::test]
async fn a_member_who_accepts_is_told_the_way_too() {
    let app = App::with_settings(&[APP_URL]).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"link": {}, "redirect_url": "/welcome"})).await;
    let other = alice.invited(json!({"link": {}})).await;
    let ada = app.person("ada");
    ada.accepts(&other.token).await.is(200);
    let refused = ada.accepts(&invited.token).await.refuses(409, "already_member");
    assert_eq!(refused.json["redirect_url"], "https://planner.example/welcome");
}
