//! What an invite, its preview and its page say before anybody accepts.

use harness::{App, Person};
use serde_json::{Value, json};

use super::*;

/// Asserts that the preview and the page say why nobody can accept.
async fn is_told(app: &App, token: &str, reason: &str, status: u16, words: &str) {
    let preview = app.nobody().previews(token).await.is(200).json;
    let shown = (&preview["state"], &preview["acceptable"], &preview["not_acceptable_reason"]);
    assert_eq!(shown, (&json!("pending"), &json!(false), &json!(reason)));
    let page = app.nobody().opens(token).await.is(status);
    assert!(page.text.contains(words), "{reason}: {}", page.text);
    assert!(!page.text.contains("id=\"accept\""), "{reason}: {}", page.text);
    assert!(!page.text.contains(token), "{reason}: {}", page.text);
}

async fn is_acceptable(app: &App, token: &str) {
    let preview = app.nobody().previews(token).await.is(200).json;
    assert_eq!(
        (&preview["acceptable"], &preview["not_acceptable_reason"]),
        (&json!(true), &json!(null))
    );
    assert!(app.nobody().opens(token).await.is(200).text.contains("id=\"accept\""));
}

async fn under_policy(
    app: &App,
    owner: &Person,
    token: &str,
    policy: Value,
    told: (&str, u16, &str),
) {
    let open = json!({"frozen": false, "links": true, "max_members": SEATS, "allowed_domains": [], "blocked_domains": []});
    owner.sets_policy(policy).await;
    is_told(app, token, told.0, told.1, told.2).await;
    owner.sets_policy(open).await;
    is_acceptable(app, token).await;
}

#[tokio::test]
async fn the_preview_and_the_page_say_before_the_click_what_acceptance_would() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let email = owner.invited(json!({"email": "ada@example.com"})).await;
    let link = owner.invited(json!({"link": {}})).await;
    let narrow = owner.invited(json!({"link": {"allowed_domains": ["example.com"]}})).await;
    for token in [&email.token, &link.token, &narrow.token] {
        is_acceptable(&app, token).await;
        let full = ("seats_full", 200, "The group is full.");
        under_policy(&app, &owner, token, json!({"max_members": 1}), full).await;
        let frozen = ("group_frozen", 200, "takes no new members for now");
        under_policy(&app, &owner, token, json!({"frozen": true}), frozen).await;
    }
    for token in [&link.token, &narrow.token] {
        let off = ("links_off", 200, "switched off its shareable links");
        under_policy(&app, &owner, token, json!({"links": false}), off).await;
    }
    for token in [&email.token, &narrow.token] {
        let domain =
            ("domain_not_allowed", 410, "does not accept the mail domain of this invitation");
        for policy in [
            json!({"allowed_domains": ["example.org"]}),
            json!({"blocked_domains": ["example.com"]}),
        ] {
            under_policy(&app, &owner, token, policy, domain).await;
        }
    }
    owner.sets_policy(json!({"links": false})).await;
    is_acceptable(&app, &email.token).await;
}

#[tokio::test]
async fn the_page_names_the_inviter_to_ask() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let link = owner.invited(json!({"link": {}})).await;
    owner.sets_policy(json!({"frozen": true})).await;
    let page = app.nobody().opens(&link.token).await.is(200);
    assert!(page.text.contains("ask <bdi>Grace Hopper</bdi>."), "{}", page.text);
}
