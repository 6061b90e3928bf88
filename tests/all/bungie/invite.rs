//! Invites accounts and follows them until they join.

use harness::{App, AtOnce, GROUP};
use serde_json::json;

use super::{
    ACCOUNT, accounts, administrator, cancel_path, cancels, fails, invite_path, invites, lists,
    owner, posts, resolves,
};

#[tokio::test]
async fn an_invited_account_can_join() {
    let app = App::start().await;
    let alice = owner(&app).await;
    resolves(posts(&alice, &invite_path(GROUP, "3", ACCOUNT), r#"{"message":"Join us"}"#).await, 0);

    let pending = alice.lists("").await.is(200);
    let made = &pending.data()[0];
    assert_eq!(
        made["invitee"],
        json!({"kind": "account", "membership_type": 3, "membership_id": ACCOUNT})
    );
    assert_eq!(
        (&made["message"], &made["roles"], &made["delivery"]["state"]),
        (&json!("Join us"), &json!(["member"]), &json!("not_requested"))
    );
    let id = pending.each("id").remove(0);

    let stranger = app.user("bob").claim("accounts", accounts(2, ACCOUNT));
    stranger.accepts_by_id(&id).await.is(404);
    let ada = app.user("ada").claim("accounts", accounts(3, ACCOUNT));
    assert_eq!(ada.looks_into_inbox().await.each("id"), [id.as_str()]);
    ada.accepts_by_id(&id).await.is(200);
    assert_eq!(alice.sees_members().await, ["ada", "alice"]);
    assert_eq!(lists(&alice).await["totalResults"], 0);
    fails(invites(&alice).await, 677);
    fails(cancels(&alice).await, 1914);
}

#[tokio::test]
async fn an_invite_of_this_api_expires_after_seven_days() {
    let app = App::start().await;
    let alice = owner(&app).await;
    resolves(invites(&alice).await, 0);
    app.advance(7 * 86_400 - 5);
    assert_eq!(lists(&alice).await["totalResults"], 1);
    fails(invites(&alice).await, 1904);
    app.advance(10);
    assert_eq!(lists(&alice).await["totalResults"], 0);
    fails(cancels(&alice).await, 1914);
    resolves(invites(&alice).await, 0);
}

#[tokio::test]
async fn the_same_id_on_another_platform_is_another_account() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for kind in ["1", "2", "3", "4", "5", "6", "10", "20", "254"] {
        resolves(posts(&alice, &invite_path(GROUP, kind, ACCOUNT), "{}").await, 0);
    }
    assert_eq!(lists(&alice).await["totalResults"], 9);
    // A platform's name means the same as its number.
    for name in [
        "TigerXbox",
        "TigerPsn",
        "TigerSteam",
        "TigerBlizzard",
        "TigerStadia",
        "TigerEgs",
        "TigerDemon",
        "GoliathGame",
        "BungieNext",
    ] {
        fails(posts(&alice, &invite_path(GROUP, name, ACCOUNT), "{}").await, 1904);
    }
    resolves(posts(&alice, &cancel_path(GROUP, "BungieNext", ACCOUNT), "").await, 3);
    assert_eq!(lists(&alice).await["totalResults"], 8);
}

#[tokio::test]
async fn an_invite_of_a_former_admin_cannot_be_accepted() {
    let app = App::start().await;
    let alice = owner(&app).await;
    alice.sets_policy(json!({"who_may_invite": "members"})).await;
    let bob = administrator(&app, "bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    resolves(invites(&bob).await, 0);
    let id = alice.lists("?state=pending").await.each("id").remove(0);
    alice.gives_roles("bob", json!(["member"])).await.is(200);
    // The group's policy lets members invite, but this API's rule requires an admin.
    app.user("ada")
        .claim("accounts", accounts(3, ACCOUNT))
        .accepts_by_id(&id)
        .await
        .refuses(410, "inviter_gone");
    // The demotion has ended the invite, so there is none to cancel.
    fails(posts(&bob, &cancel_path(GROUP, "3", "5"), "").await, 603);
    fails(cancels(&bob).await, 1914);
}

#[tokio::test]
async fn one_of_many_concurrent_requests_creates_an_invite() {
    let app = App::start().await;
    let alice = owner(&app).await;
    alice.signs_in().await;
    let invites = AtOnce::send((0..32).map(|_| async || invites(&alice).await)).await;
    invites.splits((200, 1), 409);
    let refusals = invites.answers.iter().filter(|answer| answer.status == 409);
    assert!(refusals.into_iter().all(|answer| answer.json["ErrorCode"] == 1904));
    assert_eq!(app.items("invite").await.len(), 1);
}
