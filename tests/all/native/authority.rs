//! The inviter's right to invite, which is checked again when the invite is accepted.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn an_invite_ends_when_its_inviter_loses_the_right_to_invite() {
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
        assert_eq!(app.nobody().previews(token).await.is(200).json["state"], "revoked");
        app.nobody().opens(token).await.is(410);
    }
    // A right that is given back brings no invite back.
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    ada.accepts(&invited.token).await.refuses(410, "inviter_gone");
    ada.accepts(&link.token).await.refuses(410, "inviter_gone");
    assert_eq!(alice.sees_members().await, ["alice", "bob"]);
}

#[tokio::test]
async fn an_invite_fails_after_the_policy_takes_the_inviters_right() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com"})).await;
    alice.sets_policy(json!({"who_may_invite": "owners"})).await;
    app.person("ada").accepts(&invited.token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn the_granted_roles_are_checked_again_at_acceptance() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com", "roles": ["owner"]})).await;
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    app.person("ada").accepts(&invited.token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn changes_of_other_members_do_not_affect_an_invite() {
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
async fn an_inviter_still_reads_own_invites_after_losing_the_right_to_invite() {
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
    // The demotion has ended it.
    let revoked = bob.revokes(&own.id).await.is(200).json;
    assert_eq!(revoked["resolution_reason"], "inviter_gone");
}
