//! One engine: what is made here is used elsewhere, and the other way round.

use harness::App;
use serde_json::json;

use super::{BAD_TOKEN, BAD_TYPE, already, fails, joins, makes};

#[tokio::test]
async fn a_macaroon_is_shown_and_accepted_as_a_link_is() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = makes(&alice).await;
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
    // Twice is once there, and an error here.
    ada.accepts(&token).await.is(200);
    fails(joins(&ada, &token).await, 400, &already("ada"));
    app.person("bob").accepts(&token).await.refuses(410, "invite_used_up");
    fails(joins(&app.person("bob"), &token).await, 400, BAD_TOKEN);
    app.nobody().opens(&token).await.is(410);
}

#[tokio::test]
async fn a_link_joins_here() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}, "roles": ["editor"]})).await;
    let joined = joins(&app.user("ada"), &link.token).await.is(201);
    assert_eq!(joined.header("location"), "/user/groups/3773");
    fails(joins(&alice, &link.token).await, 400, &already("alice"));
    let mut altered = link.token.clone();
    altered.replace_range(9..10, if altered.as_bytes()[9] == b'x' { "y" } else { "x" });
    fails(joins(&app.user("bob"), &altered).await, 400, BAD_TOKEN);
    alice.revokes(&link.id).await.is(200);
    fails(joins(&app.user("bob"), &link.token).await, 400, BAD_TOKEN);
}

#[tokio::test]
async fn an_invite_for_somebody_joins_them_here_and_nobody_else() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    fails(joins(&app.person("bob"), &invited.token).await, 400, BAD_TYPE);
    let unverified = app.person("ada").claim("email_verified", json!(false));
    fails(joins(&unverified, &invited.token).await, 400, BAD_TYPE);
    joins(&app.person("ada"), &invited.token).await.is(201);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "accepted");
    fails(joins(&app.person("ada"), &invited.token).await, 400, &already("ada"));
}

#[tokio::test]
async fn no_token_stands_in_the_table() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = makes(&alice).await;
    let macaroon = shared::domain::macaroon::Macaroon::parse(&token).unwrap();
    let table = app.table().await.into_iter().collect::<String>();
    assert!(!table.contains(&token) && !table.contains(&macaroon.to_base64url()));
    assert!(!alice.lists("").await.text.contains(&token));
}
