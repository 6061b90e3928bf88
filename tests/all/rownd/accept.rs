//! Accepts an invite by its id.

use harness::{App, GROUP};
use serde_json::json;

use super::{editor, fails, invite, invites, made};

#[tokio::test]
async fn only_the_invitee_can_accept_by_id() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = made(&alice, editor("ada@example.com")).await;
    let accept = format!("{}/accept", invite(&made.id));
    let ada = app.person("ada");
    fails(app.person("eve").posts(&accept, &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    let unverified = app
        .user("ada2")
        .claim("email", json!("ada@example.com"))
        .claim("email_verified", json!(false));
    fails(unverified.posts(&accept, &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    let empty = ada.sends(ada.request(reqwest::Method::POST, &accept)).await.is(200);
    let again = ada.posts(&accept, &json!({"anything": 1})).await.is(200);
    assert_eq!(empty.json, again.json);
    assert_eq!(super::keys(&empty.text), ["result", "accepted_by", "group"]);
    assert_eq!(empty.json["group"]["id"], GROUP);
    fails(alice.posts(&accept, &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    fails(alice.posts(&invites(), &editor("ada@example.com")).await, 409, "E_ALREADY_MEMBER");
}
