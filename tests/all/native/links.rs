//! Shareable links: for whoever holds them, counted or not.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn a_counted_link_takes_so_many_and_is_then_exhausted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    assert_eq!(
        link.json["invitee"],
        json!({"kind": "link", "max_uses": 2, "uses": 0, "allowed_domains": []})
    );
    assert_eq!(link.json["identity_policy"], "bearer");
    assert_eq!(link.json["delivery"]["state"], "not_requested");
    app.user("a").accepts(&link.token).await.is(200);
    assert_eq!(alice.reads(&link.id).await.json["state"], "pending");
    let last = app.user("b").accepts(&link.token).await.is(200);
    assert_eq!(last.json["invite"]["invitee"]["uses"], 2);
    app.user("c").accepts(&link.token).await.refuses(410, "invite_used_up");

    let read = alice.reads(&link.id).await.json;
    assert_eq!((&read["state"], &read["invitee"]["uses"]), (&json!("exhausted"), &json!(2)));
    assert_eq!(alice.lists("?state=exhausted").await.each("id"), [link.id.as_str()]);
    assert!(alice.lists("?state=pending").await.data().is_empty());
    app.nobody().opens(&link.token).await.is(410);
    // Who joined by it hears so again.
    assert_eq!(
        app.user("a").accepts(&link.token).await.is(200).json["membership"]["invite_id"],
        json!(link.id)
    );
    assert_eq!(alice.sees_members().await, ["a", "alice", "b"]);
}

#[tokio::test]
async fn the_answer_that_uses_a_link_up_says_that_it_is_exhausted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    let joined = app.user("a").accepts(&link.token).await.is(200);
    let read = alice.reads(&link.id).await;
    assert_eq!(joined.json["invite"]["state"], "exhausted");
    assert_eq!(joined.json["invite"]["state"], read.json["state"]);
}

#[tokio::test]
async fn an_uncounted_link_takes_everybody_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    for user in ["a", "b", "c", "a"] {
        app.user(user).accepts(&link.token).await.is(200);
    }
    alice.accepts(&link.token).await.refuses(409, "already_member");
    assert_eq!(alice.sees_members().await, ["a", "alice", "b", "c"]);
    assert_eq!(alice.reads(&link.id).await.json["state"], "pending");
}

#[tokio::test]
async fn a_member_uses_no_link_up() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let ada = app.user("ada");
    ada.accepts(&link.token).await.is(200);
    ada.accepts(&link.token).await.is(200);
    alice.accepts(&link.token).await.refuses(409, "already_member");
    assert_eq!(alice.reads(&link.id).await.json["invitee"]["uses"], 1);
}

#[tokio::test]
async fn a_link_for_domains_takes_those_who_prove_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"allowed_domains": ["Example.com"]}})).await;
    let unverified = app.user("x").email("x@example.com").claim("email_verified", json!(false));
    for other in [
        app.user("nobody"),
        app.user("y").email("y@example.org"),
        app.user("z").email("z@sub.example.com"),
        unverified,
    ] {
        other.accepts(&link.token).await.refuses(403, "domain_not_allowed");
    }
    app.user("ada").email("ada@EXAMPLE.com").accepts(&link.token).await.is(200);
}

#[tokio::test]
async fn a_link_is_nobodys_by_name() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    let ada = app.person("ada");
    ada.accepts_by_id(&link.id).await.refuses(404, "invite_not_found");
    ada.declines_by_id(&link.id).await.refuses(404, "invite_not_found");
    ada.declines(&link.token).await.refuses(422, "invalid_body").points_at("/token", "is_link");
    assert!(ada.looks_into_inbox().await.data().is_empty());
    assert_eq!(alice.reads(&link.id).await.json["state"], "pending");
}

#[tokio::test]
async fn every_link_is_its_own() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (first, second) =
        (alice.invited(json!({"link": {}})).await, alice.invited(json!({"link": {}})).await);
    assert_ne!(first.id, second.id);
    alice.revokes(&first.id).await.is(200);
    let ada = app.user("ada");
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    ada.accepts(&second.token).await.is(200);
}

#[tokio::test]
async fn a_member_who_left_may_come_back_by_the_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let ada = app.user("ada");
    ada.accepts(&link.token).await.is(200);
    ada.removes("ada").await.is(204);
    ada.accepts(&link.token).await.is(200);
    assert_eq!(alice.reads(&link.id).await.json["invitee"]["uses"], 2);
}

#[tokio::test]
async fn who_came_by_a_link_stays_in_whatever_became_of_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    for link in [json!({}), json!({"max_uses": 5})] {
        let invited = alice.invited(json!({ "link": link })).await;
        ada.accepts(&invited.token).await.is(200);
        alice.sets_policy(json!({"frozen": true})).await;
        ada.accepts(&invited.token).await.is(200);
        alice.sets_policy(json!({"frozen": false, "links": false})).await;
        ada.accepts(&invited.token).await.is(200);
        alice.sets_policy(json!({"links": true})).await;
        alice.revokes(&invited.id).await.is(200);
        ada.accepts(&invited.token).await.is(200);
        app.person("eve").accepts(&invited.token).await.refuses(410, "invite_revoked");
        alice.removes("ada").await.is(204);
        ada.accepts(&invited.token).await.refuses(410, "invite_revoked");
    }
}

#[tokio::test]
async fn a_link_takes_in_only_whom_the_group_s_domains_allow() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    alice
        .sets_policy(
            json!({"allowed_domains": ["example.com"], "blocked_domains": ["example.net"]}),
        )
        .await;
    app.user("x").accepts(&link.token).await.refuses(403, "domain_not_allowed");
    app.user("y")
        .email("y@example.org")
        .accepts(&link.token)
        .await
        .refuses(403, "domain_not_allowed");
    app.person("ada").accepts(&link.token).await.is(200);
    alice.sets_policy(json!({"allowed_domains": []})).await;
    app.user("z")
        .email("z@example.net")
        .accepts(&link.token)
        .await
        .refuses(403, "domain_not_allowed");
    app.user("x").accepts(&link.token).await.is(200);
}
