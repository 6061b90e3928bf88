//! Revokes invites with `IndividualInviteCancel`.

use harness::App;
use serde_json::json;

use super::{ACCOUNT, accounts, administrator, cancels, fails, invites, owner, resolves};

#[tokio::test]
async fn an_invite_can_be_revoked_once() {
    let app = App::start().await;
    let alice = owner(&app).await;
    fails(cancels(&alice).await, 1914);
    resolves(invites(&alice).await, 0);
    let id = alice.lists("").await.each("id").remove(0);
    resolves(cancels(&alice).await, 3);
    fails(cancels(&alice).await, 1914);
    assert_eq!(alice.reads(&id).await.json["state"], "revoked");
    app.user("ada")
        .claim("accounts", accounts(3, ACCOUNT))
        .accepts_by_id(&id)
        .await
        .refuses(410, "invite_revoked");
    // The next invite has the same id, with the next generation.
    resolves(invites(&alice).await, 0);
    assert_eq!(alice.lists("").await.each("id"), [id]);
}

#[tokio::test]
async fn bungie_and_native_invites_can_be_revoked_at_both_apis() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let invited =
        alice.invited(json!({"account": {"membership_type": 3, "membership_id": ACCOUNT}})).await;
    fails(invites(&alice).await, 1904);
    resolves(cancels(&alice).await, 3);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "revoked");
    resolves(invites(&alice).await, 0);
    alice
        .invites(json!({"account": {"membership_type": 3, "membership_id": ACCOUNT}}))
        .await
        .refuses(409, "invite_already_pending");
    alice.revokes(&invited.id).await.is(200);
    fails(cancels(&alice).await, 1914);
}

#[tokio::test]
async fn a_declined_invite_cannot_be_revoked() {
    let app = App::start().await;
    let alice = owner(&app).await;
    resolves(invites(&alice).await, 0);
    let id = alice.lists("").await.each("id").remove(0);
    app.user("ada").claim("accounts", accounts(3, ACCOUNT)).declines_by_id(&id).await.is(200);
    fails(cancels(&alice).await, 1914);
    resolves(invites(&alice).await, 0);
}

#[tokio::test]
async fn another_administrator_can_revoke_an_invite() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let bob = administrator(&app, "bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    resolves(invites(&alice).await, 0);
    let id = alice.lists("?state=pending").await.each("id").remove(0);
    resolves(cancels(&bob).await, 3);
    let read = alice.reads(&id).await.json;
    assert_eq!(read["resolution_reason"], "revoked_by_member");
    assert_eq!(read["resolved_by"]["id"], "bob");
}
