//! Secrecy of link tokens: only the answer to the create and the mail contain the token.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn only_the_answer_to_a_create_contains_a_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let ada = app.person("ada").name("Ada");
    let nobody = app.nobody();
    let answers = vec![
        alice.lists("").await,
        alice.reads(&invited.id).await,
        alice.reads(&link.id).await,
        ada.looks_into_inbox().await,
        nobody.previews(&invited.token).await,
        nobody.previews(&link.token).await,
        alice.invites(json!({"email": "ada@example.com"})).await,
        ada.accepts(&invited.token).await,
        app.user("bob").accepts(&link.token).await,
        alice.gets("/v1/groups/3773/members").await,
        alice.gets("/v1/groups/3773").await,
        ada.gets("/v1/groups").await,
        ada.gets("/v1/me").await,
        alice.revokes(&link.id).await,
        nobody.declines(&link.token).await,
        ada.accepts("bkn_000").await,
    ];
    for answer in answers {
        assert!(!answer.text.contains("bkn_"), "{}", answer.text);
        assert!(!format!("{:?}", answer.headers).contains("bkn_"), "{:?}", answer.headers);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn the_table_contains_no_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let link = alice.invited(json!({"link": {}})).await;
    app.mail_to("ada@example.com").await;
    app.person("ada").accepts(&invited.token).await.is(200);
    app.user("bob").accepts(&link.token).await.is(200);
    let secrets =
        [invited.token.trim_start_matches("bkn_"), link.token.trim_start_matches("bkn_"), "bkn_"];
    for item in app.table().await {
        assert!(secrets.iter().all(|secret| !item.contains(secret)), "{item}");
    }
}

#[tokio::test]
async fn an_access_token_is_not_a_link_token_and_a_link_token_is_not_an_access_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    let access = ada.signs_in().await.unwrap();
    ada.accepts(&access).await.refuses(404, "invite_not_found");
    let request = app.nobody().request(reqwest::Method::GET, "/v1/me").bearer_auth(&invited.token);
    app.nobody().sends(request).await.refuses(401, "unauthenticated");
}
