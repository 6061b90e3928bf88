//! A table that fails. If a write succeeded and its answer is lost, the caller still gets the
//! success. If the write failed, a retry succeeds.

use harness::{App, LossyTable};
use serde_json::json;

#[tokio::test]
async fn a_create_with_a_lost_answer_is_not_refused_as_already_pending() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for body in [
        json!({"email": "ada@example.com"}),
        json!({"person": {"email": "eve@example.com"}}),
        json!({"link": {}}),
    ] {
        table.loses_the_answer_to(if body["person"].is_null() {
            "PutItem"
        } else {
            "TransactWriteItems"
        });
        let invited = alice.invited(body).await;
        assert!(table.has_failed());
        app.nobody().previews(&invited.token).await.is(200);
    }
    // The same holds for the next generation.
    let first = alice.invited(json!({"email": "joe@example.com"})).await;
    alice.revokes(&first.id).await.is(200);
    table.loses_the_answer_to("PutItem");
    alice.invited(json!({"email": "joe@example.com"})).await;
    assert!(table.has_failed());
    alice.invites(json!({"email": "joe@example.com"})).await.refuses(409, "invite_already_pending");
}

#[tokio::test]
async fn an_acceptance_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let uncounted = alice.invited(json!({"link": {}})).await;
    for (user, invited, operation) in [
        ("ada", &by_address, "TransactWriteItems"),
        ("bob", &counted, "TransactWriteItems"),
        ("eve", &uncounted, "PutItem"),
    ] {
        table.loses_the_answer_to(operation);
        app.person(user).accepts(&invited.token).await.is(200);
        assert!(table.has_failed());
    }
    assert_eq!(alice.reads(&counted.id).await.json["invitee"]["uses"], 1);
    assert_eq!(alice.sees_members().await, ["ada", "alice", "bob", "eve"]);
}

#[tokio::test]
async fn a_revoke_or_decline_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let (revoked, declined) = (
        alice.invited(json!({"email": "ada@example.com"})).await,
        alice.invited(json!({"email": "eve@example.com"})).await,
    );
    table.loses_the_answer_to("UpdateItem");
    assert_eq!(alice.revokes(&revoked.id).await.is(200).json["state"], "revoked");
    assert!(table.has_failed());
    table.loses_the_answer_to("UpdateItem");
    assert_eq!(
        app.nobody().declines(&declined.token).await.is(200).json["invite"]["state"],
        "declined"
    );
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_change_of_members_or_groups_with_a_lost_answer_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    for operation in ["TransactWriteItems"; 3] {
        table.loses_the_answer_to(operation);
        alice.gives_roles("bob", json!(["admin"])).await.is(200);
        assert!(table.has_failed());
    }
    table.loses_the_answer_to("TransactWriteItems");
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    assert!(table.has_failed());
    table.loses_the_answer_to("TransactWriteItems");
    alice.removes("bob").await.is(204);
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_group_change_with_a_lost_answer_is_not_refused_as_a_conflict() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    table.loses_the_answer_to("TransactWriteItems");
    alice.patches("/v1/groups/3773", &json!({"name": "New"})).await.is(200);
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_link_that_could_not_be_marked_as_exhausted_is_marked_by_the_next_request() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    for late in ["ada", "eve"] {
        let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
        let user = format!("{}-{late}", link.id);
        table.refuses("UpdateItem", 3);
        // The member has joined, although the link could not be marked as exhausted.
        app.person(&user).accepts(&link.token).await.is(200);
        assert!(table.has_failed());
        // The next acceptance marks the link: by the same member, or by a person who is too late.
        let again = app.person(if late == "ada" { &user } else { late }).accepts(&link.token).await;
        assert_eq!(again.status, if late == "ada" { 200 } else { 410 });
        assert!(alice.lists("?state=exhausted").await.each("id").contains(&link.id));
        assert!(alice.lists("?state=pending").await.data().is_empty());
    }
}

#[tokio::test]
async fn a_failing_table_is_answered_with_503_and_a_retry_succeeds() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let ada = app.person("ada");
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        table.refuses(operation, 3);
        let answer = ada.accepts(&invited.token).await.refuses(503, "temporarily_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    }
    table.refuses("BatchGetItem", 3);
    app.nobody().opens(&invited.token).await.is(503);
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_request_with_a_lost_answer_counts_once() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let mut options = table.options();
    options.settings.push(("LIMIT_INVITES_PER_INVITER_HOUR".into(), "1".into()));
    let app = App::with(options).await;
    let alice = app.owner().await;
    table.loses_the_answer_to("UpdateItem");
    alice.invites(json!({"email": "ada@example.com"})).await.is(201);
    assert!(table.has_failed());
}

#[tokio::test]
async fn a_write_with_a_lost_answer_succeeds_at_every_api() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    app.directory().writes_user("29845", &json!({"email": "joe@example.com"})).await.is(200);
    let evanta = json!({"group_invite": {"user_id": 29845, "group_id": 3773}});
    for (path, body, status) in
        [("/group_invites", &evanta, 201), ("/groups/3773/users/token", &json!({}), 200)]
    {
        table.loses_the_answer_to("PutItem");
        alice.posts(path, body).await.is(status);
        assert!(table.has_failed(), "{path}");
    }
    // No mail is due, because the mail sender would also send an `UpdateItem`.
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    table.loses_the_answer_to("UpdateItem");
    alice.deletes(&format!("/me/groups/3773/invites/{}", invited.id)).await.is(204);
    assert!(table.has_failed());
    assert_eq!(alice.reads(&invited.id).await.json["state"], "revoked");
}

#[tokio::test]
async fn a_create_succeeds_if_the_pending_invites_cannot_be_counted() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    table.refuses("Query", 3);
    alice.invites(json!({"email": "ada@example.com", "notify": false})).await.is(201);
    assert!(table.has_failed());
}
