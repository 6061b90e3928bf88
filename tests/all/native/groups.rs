//! Groups: creating, changing and deleting them, their policies, and the effect on their invites.

use harness::{App, GROUP};
use reqwest::Method;
use serde_json::json;

const HERE: &str = "/v1/groups/3773";

#[tokio::test]
async fn the_creator_of_a_group_owns_it() {
    let app = App::start().await;
    let alice = app.user("alice").name("Alice");
    let made =
        alice.creates(json!({"name": "  Minted id  ", "metadata": {"b": 1, "a": [2]}})).await;
    let id = made.text_at("/id");
    assert!(id.parse::<u64>().is_ok_and(|id| id < 1 << 53), "{id}");
    assert_eq!(
        (made.text_at("/name"), made.text_at("/owner_user_id"), made.text_at("/type")),
        ("Minted id", "alice", "private")
    );
    assert_eq!(made.json["member_count"], 1);
    let read = alice.gets(&format!("/v1/groups/{id}")).await.is(200);
    assert_eq!(read.json, made.json);
    assert_eq!(read.header("etag"), made.header("etag"));
    let member = &alice.gets(&format!("/v1/groups/{id}/members")).await.is(200).json["data"][0];
    assert_eq!(
        (&member["roles"], &member["name"], &member["invite_id"]),
        (&json!(["owner"]), &json!("Alice"), &json!(null))
    );
}

#[tokio::test]
async fn a_group_id_is_never_used_twice() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"id": GROUP, "name": "Mine"});
    app.user("bob").posts("/v1/groups", &body).await.refuses(409, "group_id_taken");
    alice.posts("/v1/groups", &body).await.refuses(409, "group_id_taken");
    alice.deletes(HERE).await.is(204);
    alice.posts("/v1/groups", &body).await.refuses(409, "group_id_taken");
    alice.gets(HERE).await.refuses(404, "group_not_found");
}

#[tokio::test]
async fn the_invites_of_a_deleted_group_no_longer_work() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    bob.deletes(HERE).await.refuses(403, "forbidden");
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let link = alice.invited(json!({"link": {}})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    alice.deletes(HERE).await.is(204);

    let ada = app.person("ada");
    for token in [&invited.token, &link.token, &counted.token] {
        ada.accepts(token).await.refuses(404, "group_not_found");
        app.nobody().previews(token).await.refuses(404, "group_not_found");
        app.nobody().opens(token).await.is(410);
    }
    assert!(ada.looks_into_inbox().await.data().is_empty());
    assert!(bob.gets("/v1/groups").await.data().is_empty());
    alice.deletes(HERE).await.is(204);
    bob.deletes(HERE).await.refuses(404, "group_not_found");
    assert!(app.items("member").await.is_empty());
    let left: Vec<_> = app
        .items("invite")
        .await
        .into_iter()
        .filter(|invite| invite["state"]["S"] != "accepted")
        .collect();
    assert_eq!(left.len(), 3);
    assert!(
        left.iter().all(|invite| invite["resolution_reason"]["S"] == "group_deleted"),
        "{left:#?}"
    );
}

#[tokio::test]
async fn a_frozen_group_admits_nobody_until_it_is_unfrozen() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let link = alice.invited(json!({"link": {}})).await;
    alice.sets_policy(json!({"frozen": true})).await;
    let ada = app.person("ada");
    alice.invites(json!({"email": "eve@example.com"})).await.refuses(403, "group_frozen");
    ada.accepts(&invited.token).await.refuses(403, "group_frozen");
    ada.accepts(&link.token).await.refuses(403, "group_frozen");
    alice.sets_policy(json!({"frozen": false})).await;
    ada.accepts(&invited.token).await.is(200);
    alice.sets_policy(json!({"frozen": true})).await;
    // A member who already accepted gets the same answer.
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_group_without_links_refuses_new_and_existing_links() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    alice.sets_policy(json!({"links": false})).await;
    alice.invites(json!({"link": {}})).await.refuses(403, "links_off");
    for token in [&link.token, &counted.token] {
        app.person("ada").accepts(token).await.refuses(403, "links_off");
    }
    alice.invites(json!({"email": "ada@example.com"})).await.is(201);
}

#[tokio::test]
async fn a_group_admits_members_up_to_its_seats() {
    let app = App::start().await;
    let alice = app.user("alice");
    alice.creates_group_with(json!({"max_members": 2})).await;
    let (first, second) = (
        alice.invited(json!({"email": "ada@example.com"})).await,
        alice.invited(json!({"email": "bob@example.com"})).await,
    );
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    ada.accepts(&first.token).await.is(200);
    bob.accepts(&second.token).await.refuses(409, "seats_full");
    assert_eq!(alice.reads(&second.id).await.json["state"], "pending");
    assert_eq!(alice.gets(HERE).await.json["member_count"], 2);
    ada.removes("ada").await.is(204);
    bob.accepts(&second.token).await.is(200);
    alice.sets_policy(json!({"max_members": 3})).await;
    alice.sets_policy(json!({"max_members": null})).await;
    let link = alice.invited(json!({"link": {}})).await;
    ada.accepts(&link.token).await.is(200);
    assert_eq!(alice.gets(HERE).await.json["member_count"], 3);
    // Members are counted even without a limit, so that a later limit is exact.
    alice.sets_policy(json!({"max_members": 3})).await;
    app.person("eve").accepts(&link.token).await.refuses(409, "seats_full");
}

#[tokio::test]
async fn a_change_can_require_the_etag_that_was_read() {
    let app = App::start().await;
    let alice = app.owner().await;
    let read = alice.gets(HERE).await;
    let etag = read.header("etag").to_owned();
    let rename = |name: &str, etag: &str| {
        let request = alice
            .request(Method::PATCH, HERE)
            .header("if-match", etag)
            .json(&json!({"name": name}));
        alice.sends(request)
    };
    let renamed = rename("First", &etag).await.is(200);
    assert_ne!(renamed.header("etag"), etag);
    rename("Second", &etag).await.refuses(412, "precondition_failed");
    rename("Second", "\"x\"").await.refuses(412, "precondition_failed");
    rename("Third", "*").await.is(200);
    let after = alice.gets(HERE).await;
    assert_eq!(after.text_at("/name"), "Third");
    alice.patches(HERE, &json!({"description": "New"})).await.is(200);
    assert_eq!(
        alice.patches(HERE, &json!({"name": "Fourth"})).await.text_at("/description"),
        "New"
    );
    assert!(alice.patches(HERE, &json!({"description": null})).await.json["description"].is_null());
}

#[tokio::test]
async fn members_can_read_the_group_and_admins_can_change_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, member) = (app.person("bob"), app.person("member"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&member, json!(["member"])).await;
    member.gets(HERE).await.is(200);
    assert_eq!(member.sees_members().await, ["alice", "bob", "member"]);
    member.patches(HERE, &json!({"name": "Mine"})).await.refuses(403, "forbidden");
    member.deletes(HERE).await.refuses(403, "forbidden");
    bob.patches(HERE, &json!({"name": "Ours"})).await.is(200);
    bob.removes("member").await.is(204);
}

#[tokio::test]
async fn an_invalid_body_creates_and_changes_no_group() {
    let app = App::start().await;
    let alice = app.owner().await;
    let table = app.table().await;
    for (body, pointer, code) in [
        (json!({}), "/name", "required"),
        (json!({"name": ""}), "/name", "blank"),
        (json!({"name": "x".repeat(101)}), "/name", "too_long"),
        (json!({"name": "a\nb"}), "/name", "control_character"),
        (json!({"name": "x", "id": "a#b"}), "/id", "invalid_group_id"),
        (json!({"name": "x", "id": "x".repeat(65)}), "/id", "invalid_group_id"),
        (json!({"name": "x", "owner_user_id": "bob"}), "/owner_user_id", "wrong_type"),
        (json!({"name": "x", "type": "public"}), "/type", "unknown_value"),
        (
            json!({"name": "x", "policy": {"who_may_invite": "all"}}),
            "/policy/who_may_invite",
            "unknown_value",
        ),
        (
            json!({"name": "x", "policy": {"max_members": 0}}),
            "/policy/max_members",
            "invalid_max_members",
        ),
        (json!({"name": "x", "policy": {"max_members": -1}}), "/policy/max_members", "wrong_type"),
        (
            json!({"name": "x", "policy": {"allowed_domains": ["no domain"]}}),
            "/policy/allowed_domains",
            "invalid_domain",
        ),
    ] {
        alice
            .posts("/v1/groups", &body)
            .await
            .refuses(422, "invalid_body")
            .points_at(pointer, code);
    }
    alice
        .patches(HERE, &json!({"id": "other"}))
        .await
        .refuses(422, "invalid_body")
        .points_at("/id", "unknown_field");
    alice.patches(HERE, &json!({"policy": {"max_members": 5}})).await.refuses(422, "invalid_body");
    assert_eq!(app.table().await, table);
}
