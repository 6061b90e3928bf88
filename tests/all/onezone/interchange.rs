//! Tokens of the onezone API work at the native API, and vice versa.

use harness::App;
use serde_json::json;

use super::{BAD_TOKEN, BAD_TYPE, already_a_member, creates_token, fails, joins};

#[tokio::test]
async fn the_native_api_previews_and_accepts_a_macaroon_like_a_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let shown = app.nobody().previews(&token).await.is(200);
    assert_eq!(
        (&shown.json["group"]["name"], &shown.json["state"]),
        (&json!("Private Group"), &json!("pending"))
    );
    assert!(app.nobody().opens(&token).await.is(200).text.contains("Private Group"));
    let ada = app.person("ada");
    ada.declines(&token).await.refuses(422, "invalid_body").points_at("/token", "is_link");
    let accepted = ada.accepts(&token).await.is(200);
    assert_eq!(accepted.json["invite"]["state"], "exhausted");
    // A repeated accept succeeds at the native API and is an error here.
    ada.accepts(&token).await.is(200);
    fails(joins(&ada, &token).await, 400, &already_a_member("ada"));
    app.person("bob").accepts(&token).await.refuses(410, "invite_used_up");
    fails(joins(&app.person("bob"), &token).await, 400, BAD_TOKEN);
    app.nobody().opens(&token).await.is(410);
}

#[tokio::test]
async fn blanks_and_line_ends_around_a_token_are_ignored() {
    let app = App::start().await;
    let alice = app.owner().await;
    for (user, around) in [("ada", ["", "\n"]), ("bob", [" ", "\r\n"]), ("cy", ["\t\n", " "])] {
        let [before, after] = around;
        let token = format!("{before}{}{after}", creates_token(&alice).await);
        let joined = joins(&app.user(user), &token).await.is(201);
        assert_eq!(joined.header("location"), "/user/groups/3773");
    }
    fails(joins(&app.user("dan"), " \n").await, 400, BAD_TOKEN);
}

#[tokio::test]
async fn a_native_link_can_be_used_here() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}, "roles": ["editor"]})).await;
    let joined = joins(&app.user("ada"), &link.token).await.is(201);
    assert_eq!(joined.header("location"), "/user/groups/3773");
    fails(joins(&alice, &link.token).await, 400, &already_a_member("alice"));
    let mut altered = link.token.clone();
    altered.replace_range(9..10, if altered.as_bytes()[9] == b'x' { "y" } else { "x" });
    fails(joins(&app.user("bob"), &altered).await, 400, BAD_TOKEN);
    alice.revokes(&link.id).await.is(200);
    fails(joins(&app.user("bob"), &link.token).await, 400, BAD_TOKEN);
}

#[tokio::test]
async fn an_addressed_invite_lets_only_its_invitee_join_here() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    fails(joins(&app.person("bob"), &invited.token).await, 400, BAD_TYPE);
    let unverified = app.person("ada").claim("email_verified", json!(false));
    fails(joins(&unverified, &invited.token).await, 400, BAD_TYPE);
    joins(&app.person("ada"), &invited.token).await.is(201);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "accepted");
    fails(joins(&app.person("ada"), &invited.token).await, 400, &already_a_member("ada"));
}

#[tokio::test]
async fn tokens_are_not_stored_in_the_table() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    let macaroon = shared::domain::macaroon::Macaroon::parse(&token).unwrap();
    let table = app.table().await.into_iter().collect::<String>();
    assert!(!table.contains(&token) && !table.contains(&macaroon.to_base64url()));
    assert!(!alice.lists("").await.text.contains(&token));
}
