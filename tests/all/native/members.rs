//! Members: leaving, removal and its effect on invites, and the last owner.

use harness::{App, GROUP};
use serde_json::json;

#[tokio::test]
async fn a_removed_member_cannot_join_by_their_pending_invites() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    // Ada is invited by id and by an address that the directory doesn't know yet. She joins by a
    // link, so both invites are pending until the stream or her removal ends them.
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
    for invited in [&by_id, &by_address] {
        let read = alice.reads(&invited.id).await.json;
        let reason = read["resolution_reason"].as_str();
        assert!(matches!(reason, Some("joined" | "member_removed")), "{reason:?}");
    }
    assert!(alice.reads(&for_eve.id).await.json["resolution_reason"].is_null());
    assert_eq!(alice.lists("?state=pending").await.each("id"), [for_eve.id.as_str()]);
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn a_removed_member_without_a_user_record_cannot_join_by_a_pending_invite() {
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
async fn the_last_owner_can_neither_leave_nor_give_up_the_role() {
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
async fn an_owner_who_joined_by_invite_counts_as_an_owner() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    alice.removes("alice").await.is(204);
    bob.removes("bob").await.refuses(409, "last_owner");
}
