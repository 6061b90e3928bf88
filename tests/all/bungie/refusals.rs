//! The engine's refusals as this API answers them (docs/contracts/bungie.md#errors).

use harness::{App, GROUP, LossyTable, eventually};
use serde_json::json;

use super::{
    ACCOUNT, accounts, administrator, cancels, fails, gets, invite_path, invites, lists, owner,
    posts, potential_path, resolves,
};

#[tokio::test]
async fn only_owners_and_admins_can_invite() {
    let app = App::start().await;
    let alice = owner(&app).await;
    // The group's policy neither widens nor narrows this API's rule.
    for policy in ["members", "owners"] {
        alice.sets_policy(json!({"who_may_invite": policy})).await;
        for role in ["admin", "editor", "member", "zebra"] {
            let bob = administrator(&app, &format!("bob-{policy}-{role}"));
            alice.takes_in(&bob, json!([role])).await;
            if role == "admin" {
                resolves(invites(&bob).await, 0);
                assert_eq!(lists(&bob).await["totalResults"], 1);
                resolves(cancels(&bob).await, 3);
            } else {
                fails(invites(&bob).await, 603);
                fails(cancels(&bob).await, 603);
                fails(
                    gets(&bob, &format!("/GroupV2/{GROUP}/Members/InvitedIndividuals")).await,
                    603,
                );
            }
        }
    }
}

#[tokio::test]
async fn outsiders_can_see_open_and_private_groups_but_not_secret_ones() {
    let app = App::start().await;
    let alice = administrator(&app, "alice");
    let eve = administrator(&app, "eve");
    for (id, kind, code) in
        [("1", "open", 603), ("2", "private", 603), ("3", "secret", 622), ("4", "", 622)]
    {
        if !kind.is_empty() {
            alice.creates(json!({"id": id, "name": "Group", "type": kind})).await;
        }
        let invited = fails(posts(&eve, &invite_path(id, "3", ACCOUNT), "{}").await, code);
        let cancelled = fails(
            posts(&eve, &format!("/GroupV2/{id}/Members/IndividualInviteCancel/3/{ACCOUNT}"), "")
                .await,
            code,
        );
        let listed =
            fails(gets(&eve, &format!("/GroupV2/{id}/Members/InvitedIndividuals")).await, code);
        assert_eq!((&invited.text, &invited.text), (&cancelled.text, &listed.text));
    }
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn members_and_pending_invitees_cannot_be_invited() {
    let app = App::start().await;
    let alice = owner(&app).await;
    resolves(invites(&alice).await, 0);
    fails(invites(&alice).await, 1904);
    // The member joined by a native invite, and the directory has their account.
    let directory = app.directory();
    directory.writes_user("ada", &json!({"accounts": accounts(2, "77")})).await.is(200);
    alice.takes_in(&app.person("ada"), json!(["member"])).await;
    fails(posts(&alice, &invite_path(GROUP, "2", "77"), "{}").await, 677);
}

#[tokio::test]
async fn the_caller_cannot_invite_their_own_account() {
    let app = App::start().await;
    let _alice = owner(&app).await;
    let alice = administrator(&app, "alice").claim("accounts", accounts(3, ACCOUNT));
    fails(invites(&alice).await, 1911);
    let directory = app.directory();
    directory.writes_user("alice", &json!({"accounts": accounts(3, ACCOUNT)})).await.is(200);
    fails(invites(&administrator(&app, "alice")).await, 1911);
    alice
        .invites(json!({"account": {"membership_type": 3, "membership_id": ACCOUNT}}))
        .await
        .refuses(409, "already_member");
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn a_user_who_refuses_invites_gets_none_at_any_api() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let ada = app
        .person("ada")
        .claim("accounts", accounts(3, ACCOUNT))
        .claim("phone_number", json!("+19199993333"));
    let known = json!({"email": "ada@example.com", "phone": "+19199993333", "accounts": accounts(3, ACCOUNT)});
    let refusing = |refuses: bool| {
        let mut profile = known.clone();
        profile["refuses_invites"] = json!(refuses);
        profile
    };
    assert_eq!(ada.puts("/v1/me", &refusing(true)).await.is(200).json["refuses_invites"], true);
    fails(invites(&alice).await, 695);
    for invitee in [
        json!({"user_id": "ada"}),
        json!({"email": "ada@example.com"}),
        json!({"phone": "+19199993333"}),
        json!({"person": {"email": "ada@example.com"}}),
        json!({"account": {"membership_type": 3, "membership_id": ACCOUNT}}),
    ] {
        alice.invites(invitee).await.refuses(403, "invites_refused");
    }
    assert!(app.items("invite").await.is_empty());
    // A link has no invitee, so it is not refused.
    let link = alice.invited(json!({"link": {}})).await;
    ada.puts("/v1/me", &json!({"refuses_invites": "yes"})).await.refuses(422, "invalid_body");
    // A profile without the field keeps the refusal. The user takes invites again.
    assert_eq!(ada.puts("/v1/me", &known).await.is(200).json["refuses_invites"], true);
    assert_eq!(ada.puts("/v1/me", &refusing(false)).await.is(200).json["refuses_invites"], false);
    resolves(invites(&alice).await, 0);
    fails(invites(&alice).await, 1904);
    // Refusing ends the pending invite, moments later.
    ada.puts("/v1/me", &refusing(true)).await.is(200);
    eventually("the pending invite has ended", async || {
        (invites(&alice).await.json["ErrorCode"] == 695).then_some(())
    })
    .await;
    ada.accepts(&link.token).await.is(200);
    fails(cancels(&alice).await, 1914);
    fails(posts(&alice, &invite_path(GROUP, "3", ACCOUNT), "{}").await, 677);
}

#[tokio::test]
async fn a_frozen_group_and_a_full_pending_list_refuse_invites() {
    let app = App::start().await;
    let alice = owner(&app).await;
    alice.sets_policy(json!({"frozen": true})).await;
    fails(invites(&alice).await, 603);
    alice.sets_policy(json!({"frozen": false, "max_pending": 0})).await;
    fails(invites(&alice).await, 1912);
}

#[tokio::test]
async fn a_throttled_request_succeeds_after_its_throttle_seconds() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "1")]).await;
    let alice = owner(&app).await;
    resolves(invites(&alice).await, 0);
    let answer = fails(posts(&alice, &invite_path(GROUP, "3", "5"), "{}").await, 36);
    let seconds = answer.json["ThrottleSeconds"].as_i64().unwrap();
    assert_eq!(answer.header("retry-after"), seconds.to_string());
    app.advance(seconds);
    resolves(posts(&alice, &invite_path(GROUP, "3", "5"), "{}").await, 0);
}

#[tokio::test]
async fn an_unavailable_table_makes_the_api_unavailable() {
    let base = App::start().await;
    let table = LossyTable::of(&base).await;
    let app = App::with(table.options()).await;
    let alice = owner(&app).await;
    table.refuses_all("BatchGetItem");
    fails(invites(&alice).await, 5);
    table.heals();
    table.refuses("PutItem", 3);
    fails(invites(&alice).await, 5);
    assert!(table.has_failed());
    table.refuses_all("BatchGetItem");
    fails(gets(&alice, &potential_path("3", ACCOUNT)).await, 5);
    table.heals();
    // Nothing was written by the failed requests.
    assert_eq!(lists(&alice).await["totalResults"], 0);
    resolves(invites(&alice).await, 0);
}

#[tokio::test]
async fn a_write_whose_response_was_lost_succeeds_once() {
    let base = App::start().await;
    let table = LossyTable::of(&base).await;
    let app = App::with(table.options()).await;
    let alice = owner(&app).await;
    table.loses_the_answer_to("PutItem");
    resolves(invites(&alice).await, 0);
    assert!(table.has_failed());
    assert_eq!(lists(&alice).await["totalResults"], 1);
}
