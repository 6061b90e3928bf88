//! Answers of the table that get lost: the write was made, the SDK sends it again, and nobody may notice.

use serde_json::json;

use crate::app::{App, LossyTable};

#[tokio::test]
async fn an_invite_that_was_made_is_not_refused_as_made_already() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for body in [json!({"email": "ada@example.com"}), json!({"person": {"email": "eve@example.com"}}), json!({"link": {}})] {
        table.loses_the_answer_to(if body["person"].is_null() { "PutItem" } else { "TransactWriteItems" });
        let invited = alice.invited(body).await;
        assert!(table.has_lost());
        app.nobody().previews(&invited.token).await.is(200);
    }
    // So it is in the next life.
    let first = alice.invited(json!({"email": "joe@example.com"})).await;
    alice.revokes(&first.id).await.is(200);
    table.loses_the_answer_to("PutItem");
    alice.invited(json!({"email": "joe@example.com"})).await;
    assert!(table.has_lost());
    alice.invites(json!({"email": "joe@example.com"})).await.refuses(409, "invite_already_pending");
}

#[tokio::test]
async fn an_acceptance_is_an_acceptance() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let uncounted = alice.invited(json!({"link": {}})).await;
    for (user, invited, operation) in
        [("ada", &by_address, "TransactWriteItems"), ("bob", &counted, "TransactWriteItems"), ("eve", &uncounted, "PutItem")]
    {
        table.loses_the_answer_to(operation);
        app.person(user).accepts(&invited.token).await.is(200);
        assert!(table.has_lost());
    }
    assert_eq!(alice.reads(&counted.id).await.json["invitee"]["uses"], 1);
    assert_eq!(alice.sees_members().await, ["ada", "alice", "bob", "eve"]);
}

#[tokio::test]
async fn an_end_is_an_end() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let (revoked, declined) =
        (alice.invited(json!({"email": "ada@example.com"})).await, alice.invited(json!({"email": "eve@example.com"})).await);
    table.loses_the_answer_to("UpdateItem");
    assert_eq!(alice.revokes(&revoked.id).await.is(200).json["state"], "revoked");
    assert!(table.has_lost());
    table.loses_the_answer_to("UpdateItem");
    assert_eq!(app.nobody().declines(&declined.token).await.is(200).json["invite"]["state"], "declined");
    assert!(table.has_lost());
}

#[tokio::test]
async fn members_and_groups_are_changed_once() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    for operation in ["TransactWriteItems"; 3] {
        table.loses_the_answer_to(operation);
        alice.gives_roles("bob", json!(["admin"])).await.is(200);
        assert!(table.has_lost());
    }
    table.loses_the_answer_to("TransactWriteItems");
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    assert!(table.has_lost());
    table.loses_the_answer_to("TransactWriteItems");
    alice.removes("bob").await.is(204);
    assert!(table.has_lost());
}

#[tokio::test]
async fn a_changed_group_is_not_refused_as_changed_meanwhile() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    table.loses_the_answer_to("TransactWriteItems");
    alice.patches("/v1/groups/3773", &json!({"name": "New"})).await.is(200);
    assert!(table.has_lost());
}
