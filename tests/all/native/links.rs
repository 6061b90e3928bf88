//! Shareable links, counted and uncounted.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn a_counted_link_admits_max_uses_people_and_is_then_exhausted() {
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
    // A member who joined by the link gets the same answer again.
    assert_eq!(
        app.user("a").accepts(&link.token).await.is(200).json["membership"]["invite_id"],
        json!(link.id)
    );
    assert_eq!(alice.sees_members().await, ["a", "alice", "b"]);
}

#[tokio::test]
async fn the_answer_to_the_last_use_shows_the_link_as_exhausted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    let joined = app.user("a").accepts(&link.token).await.is(200);
    let read = alice.reads(&link.id).await;
    assert_eq!(joined.json["invite"]["state"], "exhausted");
    assert_eq!(joined.json["invite"]["state"], read.json["state"]);
}

#[tokio::test]
async fn an_uncounted_link_admits_each_person_once() {
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
async fn a_member_does_not_use_up_a_link() {
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
async fn a_link_for_a_domain_admits_only_verified_addresses_of_it() {
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
async fn a_link_cannot_be_accepted_or_declined_by_its_id() {
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
async fn revoking_a_link_leaves_other_links_alone() {
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
async fn a_member_who_left_can_join_again_by_the_link() {
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
async fn a_member_who_joined_by_a_link_can_repeat_the_acceptance_after_it_ends() {
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
async fn a_link_admits_only_addresses_of_the_group_s_domains() {
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
