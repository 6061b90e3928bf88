//! Members: how they leave, what a removal ends, and the last owner.

use harness::{App, GROUP};
use serde_json::json;

#[tokio::test]
async fn a_removed_member_has_no_way_back() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    // Invited by id, and by an address that the directory doesn't know yet, ada comes by a link
    // instead: her own invites stay pending.
    let by_id = alice.invited(json!({"user_id": "ada"})).await;
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    ada.puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
    let for_eve = alice.invited(json!({"email": "eve@example.com"})).await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    ada.accepts(&link.token).await.is(200);

    alice.removes("ada").await.is(204);
    ada.accepts(&by_address.token).await.refuses(410, "invite_revoked");
    ada.accepts(&by_id.token).await.refuses(410, "invite_revoked");
    assert!(ada.looks_into_inbox().await.data().is_empty());
    assert_eq!(alice.lists("?state=pending").await.each("id"), [for_eve.id.as_str()]);
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn a_removed_member_whom_the_directory_does_not_know_has_no_way_back() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    ada.accepts(&link.token).await.is(200);
    alice.removes("ada").await.is(204);
    ada.accepts(&by_address.token).await.refuses(410, "invite_revoked");
}

#[tokio::test]
async fn the_last_owner_can_neither_leave_nor_step_down() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.removes("alice").await.refuses(409, "last_owner");
    alice.gives_roles("alice", json!(["admin"])).await.refuses(409, "last_owner");
    alice.gives_roles("bob", json!(["owner"])).await.is(200);
    alice.removes("alice").await.is(204);
    bob.gives_roles("bob", json!(["member"])).await.refuses(409, "last_owner");
    alice.gets(&format!("/v1/groups/{GROUP}")).await.refuses(404, "group_not_found");
}

#[tokio::test]
async fn an_owner_who_came_by_invite_counts_as_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    alice.removes("alice").await.is(204);
    bob.removes("bob").await.refuses(409, "last_owner");
}
