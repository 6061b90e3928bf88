//! The inviter's right to invite, which must still hold when the invite is accepted.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn an_invite_dies_with_its_inviters_right() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com", "roles": ["editor"]})).await;
    let link = bob.invited(json!({"link": {"max_uses": 3}})).await;
    let ada = app.person("ada");

    alice.gives_roles("bob", json!(["member"])).await.is(200);
    for token in [&invited.token, &link.token] {
        ada.accepts(token).await.refuses(410, "inviter_gone");
        app.nobody().previews(token).await.refuses(410, "inviter_gone");
        app.nobody().opens(token).await.is(410);
    }
    // What is given back counts again: the right is looked up when it is used.
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    app.nobody().previews(&invited.token).await.is(200);
    alice.removes("bob").await.is(204);
    ada.accepts(&invited.token).await.refuses(410, "inviter_gone");
    ada.accepts(&link.token).await.refuses(410, "inviter_gone");
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn an_invite_dies_with_the_policy_that_it_was_made_under() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com"})).await;
    alice.sets_policy(json!({"who_may_invite": "owners"})).await;
    app.person("ada").accepts(&invited.token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn the_roles_are_weighed_again_when_the_invite_is_accepted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com", "roles": ["owner"]})).await;
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    app.person("ada").accepts(&invited.token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn a_change_of_others_leaves_an_invite_alone() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    alice.gives_roles("bob", json!(["editor"])).await.is(200);
    alice.removes("bob").await.is(204);
    app.person("ada").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn whoever_made_an_invite_handles_it_after_losing_the_right_to_make_more() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let own = bob.invited(json!({"email": "ada@example.com"})).await;
    let others = alice.invited(json!({"email": "eve@example.com"})).await;
    alice.gives_roles("bob", json!(["member"])).await.is(200);
    bob.reads(&own.id).await.is(200);
    bob.reads(&others.id).await.refuses(403, "forbidden");
    bob.revokes(&others.id).await.refuses(403, "forbidden");
    bob.revokes(&own.id).await.is(200);
}
