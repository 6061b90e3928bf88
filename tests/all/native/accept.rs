//! Accepting an invite: only the invitee can, and the issuer proves who that is.

use harness::{App, GROUP, eventually};
use serde_json::{Value, json};

#[tokio::test]
async fn another_user_cannot_accept_and_changes_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let table = app.table().await;
    let without_address = app.user("ada");
    for other in [
        app.person("bob"),
        without_address,
        app.user("x").email("ada@example.org"),
        app.user("y").email("ada+1@example.com"),
    ] {
        other.accepts(&invited.token).await.refuses(403, "identity_mismatch");
        other.accepts_by_id(&invited.id).await.refuses(404, "invite_not_found");
    }
    app.nobody().accepts(&invited.token).await.refuses(401, "unauthenticated");
    assert_eq!(app.table().await, table);
    app.person("ada").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn an_unverified_address_proves_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada").claim("email_verified", json!(false));
    ada.accepts(&invited.token).await.refuses(403, "email_not_verified");
    ada.accepts_by_id(&invited.id).await.refuses(404, "invite_not_found");
    assert!(ada.looks_into_inbox().await.data().is_empty());
    let mallory =
        app.user("mallory").email("mallory@example.com").claim("email_verified", json!(false));
    mallory.accepts(&invited.token).await.refuses(403, "identity_mismatch");
}

#[tokio::test]
async fn an_address_is_the_same_in_upper_and_lower_case() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "Ada.Lovelace@Example.COM"})).await;
    assert_eq!(invited.json["invitee"]["email"], "Ada.Lovelace@Example.COM");
    let ada = app.user("ada").email("aDA.lovelace@eXAMPLE.com");
    assert_eq!(ada.looks_into_inbox().await.each("id"), [invited.id.as_str()]);
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_bearer_invite_needs_only_the_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited =
        alice.invited(json!({"email": "ada@example.com", "identity_policy": "bearer"})).await;
    let bob = app.user("bob");
    bob.accepts_by_id(&invited.id).await.refuses(404, "invite_not_found");
    bob.accepts(&invited.token).await.is(200);
    let late = app.person("ada").accepts(&invited.token).await.refuses(409, "invite_not_pending");
    assert_eq!(late.json["state"], "accepted");
    assert_eq!(alice.sees_members().await, ["alice", "bob"]);
}

#[tokio::test]
async fn a_user_can_be_invited_by_id() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.invites(json!({"user_id": "29845"})).await.refuses(404, "user_not_found");
    let directory = app.directory();
    directory
        .writes_user("29845", &json!({"email": "ada@example.com", "first_name": "Ada"}))
        .await
        .is(200);
    let invited = alice.invited(json!({"user_id": "29845"})).await;
    assert_eq!(invited.json["invitee"], json!({"kind": "user", "user_id": "29845"}));
    assert_eq!(app.mail_to("ada@example.com").await.token(), invited.token);

    app.person("ada").accepts(&invited.token).await.refuses(403, "identity_mismatch");
    let ada = app.user("29845");
    assert_eq!(ada.looks_into_inbox().await.each("id"), [invited.id.as_str()]);
    ada.accepts_by_id(&invited.id).await.is(200);
    alice.invites(json!({"user_id": "29845"})).await.refuses(409, "already_member");
    alice.invites(json!({"user_id": "alice"})).await.refuses(409, "already_member");
}

#[tokio::test]
async fn the_issuer_proves_a_phone_number() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"phone": "+19199993333"})).await;
    assert_eq!(invited.json["delivery"]["state"], "not_requested");
    assert_eq!(
        app.nobody().previews(&invited.token).await.json["invitee"],
        json!({"kind": "phone", "address": "+•••33"})
    );
    let unverified = app
        .user("ada")
        .claim("phone_number", json!("+19199993333"))
        .claim("phone_number_verified", json!(false));
    unverified.accepts(&invited.token).await.refuses(403, "identity_mismatch");
    let ada = app.user("ada").claim("phone_number", json!("+19199993333"));
    assert_eq!(ada.looks_into_inbox().await.each("id"), [invited.id.as_str()]);
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn an_account_matches_only_by_type_and_id_together() {
    let app = App::start().await;
    let alice = app.owner().await;
    let account = |kind: i32, id: &str| json!([{"membership_type": kind, "membership_id": id}]);
    let invited = alice
        .invited(json!({"account": {"membership_type": 3, "membership_id": "4611686018467322796"}}))
        .await;
    let other = |accounts: Value| app.user("bob").claim("accounts", accounts);
    other(account(2, "4611686018467322796"))
        .accepts(&invited.token)
        .await
        .refuses(403, "identity_mismatch");
    other(account(3, "4611686018467322797"))
        .accepts(&invited.token)
        .await
        .refuses(403, "identity_mismatch");
    let ada = app.user("ada").claim("accounts", account(3, "4611686018467322796"));
    assert_eq!(ada.looks_into_inbox().await.each("id"), [invited.id.as_str()]);
    ada.accepts_by_id(&invited.id).await.is(200);
}

#[tokio::test]
async fn a_new_person_becomes_a_user_by_accepting() {
    let app = App::start().await;
    let alice = app.owner().await;
    let person = json!({"person": {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}});
    let invited = alice.invited(person).await;
    assert_eq!(invited.json["invitee"]["kind"], "person");
    let pending = app.items("user").await;
    assert_eq!((pending.len(), &pending[0]["state"]["S"]), (1, &json!("pending")));

    let ada = app.person("ada");
    let accepted = ada.accepts(&invited.token).await.is(200);
    assert_eq!(accepted.json["membership"]["name"], "Ada Lovelace");
    let me = ada.gets("/v1/me").await.is(200).json;
    assert_eq!((&me["id"], &me["state"]), (&json!("ada"), &json!("active")));
    assert_eq!(
        (&me["email"], &me["first_name"], &me["last_name"]),
        (&json!("ada@example.com"), &json!("Ada"), &json!("Lovelace"))
    );
    assert_eq!(app.items("user").await.len(), 1);
    alice.invites(json!({"user_id": "ada"})).await.refuses(409, "already_member");
    alice.invites(json!({"email": "ada@example.com"})).await.refuses(409, "already_member");
    assert_eq!(ada.gets(&format!("/v1/groups/{GROUP}")).await.is(200).json["member_count"], 2);
}

#[tokio::test]
async fn a_user_who_proves_the_address_replaces_the_pending_user() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited =
        alice.invited(json!({"person": {"email": "ada@example.com", "first_name": "Ada"}})).await;
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"email": "ada@example.com", "first_name": "Augusta"})).await.is(200);
    assert_eq!(app.items("user").await.len(), 1);
    ada.accepts(&invited.token).await.is(200);
    assert_eq!(ada.gets("/v1/me").await.json["first_name"], "Augusta");
}

#[tokio::test]
async fn a_bearer_invite_admits_only_addresses_of_the_group_s_domains() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"allowed_domains": ["example.com"]})).await;
    let bearer = json!({"email": "ada@example.com", "identity_policy": "bearer", "notify": false});
    let invited = alice.invited(bearer).await;
    app.user("eve")
        .email("eve@example.org")
        .accepts(&invited.token)
        .await
        .refuses(403, "domain_not_allowed");
    app.user("eve").accepts(&invited.token).await.refuses(403, "domain_not_allowed");
    app.user("ada").email("other.ada@example.com").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn an_inviter_cannot_accept_their_own_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    alice.accepts(&invited.token).await.refuses(403, "identity_mismatch");
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
}

#[tokio::test]
async fn accepting_twice_returns_the_same_membership() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    let first = ada.accepts(&invited.token).await.is(200);
    app.advance(60);
    let second = ada.accepts(&invited.token).await.is(200);
    assert_eq!(first.json["membership"], second.json["membership"]);
    assert_eq!(first.json["invite"]["resolved_at"], second.json["invite"]["resolved_at"]);
    let by_id = ada.accepts_by_id(&invited.id).await.is(200);
    assert_eq!(first.json["membership"], by_id.json["membership"]);
    alice.invites(json!({"email": "ada@example.com"})).await.refuses(409, "already_member");
    assert_eq!(alice.sees_members().await, ["ada", "alice"]);
}

#[tokio::test]
async fn the_answer_to_an_acceptance_shows_the_accepted_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let uncounted = alice.invited(json!({"link": {}})).await;
    app.advance(60);
    for (user, invited) in
        [("ada", &by_address), ("bob", &counted), ("eve", &counted), ("joe", &uncounted)]
    {
        let accepted = app.person(user).accepts(&invited.token).await.is(200);
        assert_eq!(accepted.json["invite"], alice.reads(&invited.id).await.json, "{user}");
        app.advance(60);
    }
}

#[tokio::test]
async fn a_member_with_a_second_invite_keeps_their_membership() {
    let app = App::start().await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com", "roles": ["admin"]})).await;
    let link = alice.invited(json!({"link": {}})).await;
    let ada = app.person("ada");
    ada.accepts(&link.token).await.is(200);
    let ended = eventually("the other invite to end", async || {
        let invite = alice.reads(&by_address.id).await.json;
        (invite["state"] != "pending").then_some(invite)
    })
    .await;
    assert_eq!(ended["resolution_reason"], "joined");
    let members = alice.gets(&format!("/v1/groups/{GROUP}/members")).await;
    assert_eq!(members.data()[0]["roles"], json!(["member"]));
}
