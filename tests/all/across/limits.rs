//! A limit of 0 lets none pass, at every API.

use harness::{Answer, App, Person, eventually};
use serde_json::json;

/// Asks for an invite at every API. Returns each API's path with its answer.
async fn invites_everywhere(alice: &Person) -> Vec<(&'static str, Answer)> {
    let requests = [
        ("/v1/groups/3773/invites", json!({"email": "ada@example.com"})),
        ("/v1/groups/3773/invites", json!({"link": {}})),
        ("/group_invites", json!({"group_invite": {"user_id": 29845, "group_id": 3773}})),
        ("/me/groups/3773/invites", json!({"roles": ["editor"], "email": "ada@example.com"})),
        ("/groups/3773/users/token", json!({})),
        (
            "/chembiohub/api/invitations/",
            json!({"email": "ada@example.com", "projects_selected": [{"id": 3773}]}),
        ),
        ("/GroupV2/3773/Members/IndividualInvite/3/4/", json!({})),
    ];
    let mut answers = Vec::new();
    for (path, body) in requests {
        let request = alice.request(reqwest::Method::POST, path).header("x-api-key", "key");
        answers.push((path, alice.sends(request.json(&body)).await));
    }
    answers
}

async fn with_group(settings: &[(&str, &str)]) -> (App, Person) {
    let app = App::with_settings(settings).await;
    let alice = app.person("alice").name("Alice").claim("scope", json!("AdminGroups"));
    alice.creates_group().await;
    app.directory().writes_user("29845", &json!({"email": "joe@example.com"})).await.is(200);
    (app, alice)
}

/// Asserts that the answer refuses with 429, or with one of these codes of the bungie API.
fn is_limited((path, answer): &(&str, Answer), bungie: &[u64]) {
    if path.starts_with("/GroupV2") {
        let code = answer.json["ErrorCode"].as_u64().unwrap_or_default();
        assert!(bungie.contains(&code), "{path}: {}", answer.text);
    } else {
        assert_eq!(answer.status, 429, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn no_inviter_passes_a_limit_of_0() {
    let (_app, alice) = with_group(&[("LIMIT_INVITES_PER_INVITER_HOUR", "0")]).await;
    for found in invites_everywhere(&alice).await {
        is_limited(&found, &[36]);
        let seconds = found.1.header("retry-after").parse::<u32>().unwrap_or_default();
        assert!((1..=3600).contains(&seconds), "{}: {seconds}", found.0);
    }
    assert!(alice.lists("").await.data().is_empty());
}

#[tokio::test]
async fn no_group_has_a_pending_invite_with_a_limit_of_0() {
    let (_app, alice) = with_group(&[("LIMIT_PENDING_PER_GROUP", "0")]).await;
    for found in invites_everywhere(&alice).await {
        is_limited(&found, &[1912]);
    }
    assert!(alice.lists("").await.data().is_empty());
}

#[tokio::test]
async fn a_failed_count_lets_nobody_past_a_limit_of_0() {
    let below = App::start().await;
    let table = harness::LossyTable::of(&below).await;
    let mut options = table.options();
    options.settings.push(("LIMIT_PENDING_PER_GROUP".into(), "0".into()));
    let app = App::with(options).await;
    let alice = app.owner().await;
    table.refuses("Query", 3);
    alice.invites(json!({"email": "ada@example.com"})).await.refuses(429, "pending_limit");
    assert!(table.has_failed());
}

#[tokio::test]
async fn no_mail_leaves_with_a_limit_of_0() {
    let (app, alice) = with_group(&[("LIMIT_MAILS_PER_RECIPIENT_DAY", "0")]).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let delivery = eventually("the mail to be suppressed", async || {
        let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
        (delivery["state"] == "suppressed").then_some(delivery)
    })
    .await;
    assert!(delivery["reason"].is_null(), "{delivery}");
    assert!(app.mails_to("ada@example.com").await.is_empty());
    // The inviter can pass the link on.
    app.person("ada").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn the_first_unknown_token_exceeds_a_limit_of_0_and_a_real_one_passes() {
    let (app, alice) = with_group(&[("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "0")]).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    for refused in [app.nobody().previews("x").await, ada.accepts("x").await] {
        let refused = refused.refuses(429, "rate_limited");
        let seconds = refused.header("retry-after").parse::<u32>().unwrap_or_default();
        assert!((1..=600).contains(&seconds), "{seconds}");
    }
    let join = ada.posts("/user/groups/join", &json!({"token": "x"})).await;
    assert_eq!(join.status, 429, "{}", join.text);
    ada.accepts(&invited.token).await.is(200);
}
