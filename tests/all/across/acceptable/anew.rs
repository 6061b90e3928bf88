//! An invite that can never be accepted again blocks nobody.

use harness::{App, GROUP, Person};
use serde_json::json;

use super::*;

const ADDRESS: &str = "ada@example.com";

/// The ways in which an inviter loses the right.
const LOSSES: [&str; 4] = ["removed", "demoted", "leaves", "policy"];

/// Bob, an admin, loses the right to invite.
async fn loses_right(owner: &Person, bob: &Person, how: &str) {
    match how {
        "removed" => drop(owner.removes("bob").await.is(204)),
        "demoted" => drop(owner.gives_roles("bob", json!(["member"])).await.is(200)),
        "leaves" => drop(bob.removes("bob").await.is(204)),
        _ => drop(owner.sets_policy(json!({"who_may_invite": "owners"})).await),
    }
}

#[tokio::test]
async fn a_new_invite_replaces_one_whose_inviter_lost_the_right() {
    for how in LOSSES {
        let app = App::start().await;
        let owner = owner(&app).await;
        let bob = bob(&app, &owner, "admin").await;
        let dead = bob.invited(json!({"email": ADDRESS})).await;
        owner.invites(json!({"email": ADDRESS})).await.refuses(409, "invite_already_pending");
        loses_right(&owner, &bob, how).await;
        let ada = app.person("ada");
        let anew = owner.invited(json!({"email": ADDRESS})).await;
        assert_eq!(anew.id, dead.id, "{how}");
        assert_ne!(anew.token, dead.token, "{how}");
        assert_eq!(anew.json["created_by"]["id"], "29842", "{how}");
        ada.accepts(&dead.token).await.refuses(410, "invite_revoked");
        ada.accepts(&anew.token).await.is(200);
    }
}

#[tokio::test]
async fn every_kind_of_invite_can_be_made_anew() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let bob = bob(&app, &owner, "admin").await;
    ada_is_known(&app, ADDRESS).await;
    let (kind, account) = ACCOUNT;
    let bodies = [
        json!({"user_id": "29845"}),
        json!({"phone": "+19199993333"}),
        json!({"account": {"membership_type": kind, "membership_id": account}}),
        json!({"person": {"email": "new@example.com", "first_name": "New"}}),
        json!({"email": "old@example.com"}),
    ];
    let mut dead = Vec::new();
    for body in &bodies {
        dead.push(bob.invited(body.clone()).await);
    }
    owner.sets_policy(json!({"who_may_invite": "owners"})).await;
    for (body, dead) in bodies.iter().zip(&dead) {
        let anew = owner.invited(body.clone()).await;
        assert_eq!(anew.id, dead.id, "{body}");
        owner.invites(body.clone()).await.refuses(409, "invite_already_pending");
        assert_eq!(owner.reads(&anew.id).await.is(200).json["created_by"]["id"], "29842");
    }
}

#[tokio::test]
async fn a_dead_invite_under_another_name_of_the_person_blocks_nobody() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let bob = bob(&app, &owner, "admin").await;
    ada_is_known(&app, ADDRESS).await;
    let dead = bob.invited(json!({"email": ADDRESS})).await;
    owner.invites(json!({"user_id": "29845"})).await.refuses(409, "invite_already_pending");
    owner.sets_policy(json!({"who_may_invite": "owners"})).await;
    let anew = owner.invited(json!({"user_id": "29845"})).await;
    let replaced = owner.reads(&dead.id).await.is(200).json;
    assert_eq!(
        (&replaced["state"], &replaced["resolution_reason"]),
        (&json!("revoked"), &json!("replaced"))
    );
    assert_eq!(replaced["resolved_by"]["id"], "29842");
    ada(&app, ADDRESS).accepts(&anew.token).await.is(200);
}

#[tokio::test]
async fn a_dead_invite_under_any_identity_ends_when_the_person_is_invited_anew() {
    let (kind, account) = ACCOUNT;
    let account = json!({"membership_type": kind, "membership_id": account});
    let record = json!({"email": ADDRESS, "phone": "+19199993333", "accounts": [account]});
    for body in [
        json!({"email": ADDRESS, "notify": false}),
        json!({"phone": "+19199993333"}),
        json!({"account": account}),
    ] {
        let app = App::start().await;
        let owner = owner(&app).await;
        let bob = bob(&app, &owner, "admin").await;
        app.directory().writes_user("29845", &record).await.is(200);
        let dead = bob.invited(body.clone()).await;
        owner.sets_policy(json!({"who_may_invite": "owners"})).await;
        invites_user(&owner).await.is(201);
        let ended = owner.reads(&dead.id).await.is(200).json;
        assert_eq!(ended["resolution_reason"], "replaced", "{body}: {ended}");
    }
}

#[tokio::test]
async fn every_api_ends_a_dead_invite_under_another_identity() {
    for api in ["evanta", "rownd", "chembiohub", "bungie"] {
        let app = App::start().await;
        let owner = owner(&app).await;
        let bob = bob(&app, &owner, "admin").await;
        let (kind, account) = ACCOUNT;
        let account = json!({"membership_type": kind, "membership_id": account});
        let record = json!({"email": ADDRESS, "phone": "+19199993333", "accounts": [account]});
        app.directory().writes_user("29845", &record).await.is(200);
        let dead = bob.invited(json!({"phone": "+19199993333"})).await;
        owner.sets_policy(json!({"who_may_invite": "owners"})).await;
        let made = match api {
            "evanta" => invites_user(&owner).await,
            "rownd" => invites_at_rownd(&owner, ADDRESS).await,
            "chembiohub" => invites_to_project(&owner, ADDRESS, false).await,
            _ => invites_account(&owner).await,
        };
        assert!(made.status < 300, "{api}: {}", made.text);
        let ended = owner.reads(&dead.id).await.is(200).json;
        assert_eq!(ended["resolution_reason"], "replaced", "{api}: {ended}");
    }
}

#[tokio::test]
async fn an_invite_to_a_domain_that_is_no_longer_allowed_blocks_nobody() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let (work, home) = ("ada@example.com", "ada@other.example");
    ada_is_known(&app, home).await;
    let dead = owner.invited(json!({"email": home})).await;
    owner.invites(json!({"user_id": "29845"})).await.refuses(409, "invite_already_pending");
    owner.sets_policy(json!({"allowed_domains": ["example.com"]})).await;
    ada(&app, home).accepts(&dead.token).await.refuses(403, "domain_not_allowed");
    let anew = owner.invited(json!({"user_id": "29845"})).await;
    // The new invite of the same person has replaced it.
    ada(&app, home).accepts(&dead.token).await.refuses(410, "invite_revoked");
    let reason = owner.reads(&dead.id).await.json["resolution_reason"].clone();
    assert_eq!(reason, "replaced");
    ada(&app, work).accepts(&anew.token).await.is(200);
}

#[tokio::test]
async fn a_reason_that_passes_keeps_an_invite_in_the_way() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let invited = owner.invited(json!({"email": ADDRESS})).await;
    owner.sets_policy(json!({"max_members": 1})).await;
    owner.invites(json!({"email": ADDRESS})).await.refuses(409, "invite_already_pending");
    let ada = app.person("ada");
    ada.accepts(&invited.token).await.refuses(409, "seats_full");
    owner.sets_policy(json!({"max_members": 2, "frozen": true})).await;
    ada.accepts(&invited.token).await.refuses(403, "group_frozen");
    owner.sets_policy(json!({"frozen": false})).await;
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn an_invite_that_replaces_another_takes_its_place_under_the_cap() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let bob = bob(&app, &owner, "admin").await;
    bob.invited(json!({"email": ADDRESS})).await;
    owner.sets_policy(json!({"who_may_invite": "owners", "max_pending": 1})).await;
    owner.invited(json!({"email": ADDRESS})).await;
    owner.invites(json!({"email": "eve@example.com"})).await.refuses(429, "pending_limit");
}

#[tokio::test]
async fn invites_that_can_never_be_accepted_take_no_place_under_the_cap() {
    let lost = json!({"who_may_invite": "owners", "max_pending": 2});
    let domains = json!({"allowed_domains": ["example.org"], "max_pending": 2});
    for change in [lost, domains] {
        let app = App::start().await;
        let owner = owner(&app).await;
        let bob = bob(&app, &owner, "admin").await;
        for address in ["one@example.com", "two@example.com"] {
            bob.invited(json!({"email": address, "notify": false})).await;
        }
        owner.sets_policy(json!({"max_pending": 2})).await;
        let body = |address: &str| json!({"email": address, "notify": false});
        owner.invites(body("ada@example.org")).await.refuses(429, "pending_limit");
        owner.sets_policy(change).await;
        invites_at_rownd(&owner, "ada@example.org").await.is(200);
        invites_to_project(&owner, "eve@example.org", false).await.is(201);
        owner.invites(body("zoe@example.org")).await.refuses(429, "pending_limit");
        assert_eq!(invites_to_project(&owner, "zoe@example.org", false).await.status, 429);
    }
}

#[tokio::test]
async fn a_reason_that_passes_keeps_the_place_under_the_cap() {
    let app = App::start().await;
    let owner = owner(&app).await;
    owner.invited(json!({"email": ADDRESS, "notify": false})).await;
    owner.sets_policy(json!({"max_pending": 1, "max_members": 1})).await;
    owner.invites(json!({"email": "eve@example.com"})).await.refuses(429, "pending_limit");
}

#[tokio::test]
async fn the_invitee_s_lists_of_the_published_apis_lack_what_can_never_be_accepted() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let bob = bob(&app, &owner, "admin").await;
    ada_is_known(&app, ADDRESS).await;
    let ada = ada(&app, ADDRESS);
    let (kind, account) = ACCOUNT;
    let record = json!({"accounts": [{"membership_type": kind, "membership_id": account}]});
    app.directory().writes_user("29845", &record).await.is(200);
    let by_user = bob.invited(json!({"user_id": "29845", "notify": false})).await;
    let listed = async || {
        let own = ada.gets("/group_invites/groups").await.is(200);
        let own = own.json["group_invites"].as_array().expect("a list").len();
        let path = format!("/GroupV2/User/Potential/{kind}/{account}/2/0/");
        let potential = ada.request(Method::GET, &path).header("x-api-key", "acceptable");
        let potential = ada.sends(potential).await.is(200).json["Response"]["totalResults"].clone();
        (own, potential)
    };
    assert_eq!(listed().await, (1, json!(1)));
    // A click by a mail scanner is not the person's last word.
    app.nobody().declines(&by_user.token).await.is(200);
    assert_eq!(listed().await, (1, json!(1)));
    owner.sets_policy(json!({"who_may_invite": "owners"})).await;
    assert_eq!(listed().await, (0, json!(0)));
    let native = ada.gets("/v1/me/invites").await.is(200).data()[0].clone();
    assert_eq!(native["not_acceptable_reason"], "inviter_gone");
    invites_account(&owner).await.is(200);
    assert_eq!(listed().await, (1, json!(1)));
}

#[tokio::test]
async fn every_api_invites_anew() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let bob = bob(&app, &owner, "owner").await;
    ada_is_known(&app, ADDRESS).await;
    let link = |answer: &Answer| answer.text_at("/link").to_owned();

    let dead = link(&invites_at_rownd(&bob, "rownd@example.com").await.is(200));
    invites_user(&bob).await.is(201);
    invites_account(&bob).await.is(200);
    invites_to_project(&bob, "project@example.com", false).await.is(201);
    assert_eq!(invites_user(&owner).await.status, 422);
    assert_eq!(invites_account(&owner).await.json["ErrorCode"], 1904);
    assert_eq!(invites_to_project(&owner, "project@example.com", false).await.status, 409);

    owner.removes("bob").await.is(204);
    let anew = link(&invites_at_rownd(&owner, "rownd@example.com").await.is(200));
    assert_ne!(anew, dead);
    invites_user(&owner).await.is(201);
    assert_eq!(invites_account(&owner).await.json["ErrorCode"], 1);
    invites_to_project(&owner, "project@example.com", false).await.is(201);
    let token = anew.rsplit('/').next().expect("the link has a token");
    app.person("rownd").accepts(token).await.is(200);
    joins(&ada(&app, ADDRESS)).await.is(201);
}

#[tokio::test]
async fn a_reminder_of_an_invite_whose_inviter_is_gone_sends_a_mail_that_works() {
    for remind in [false, true] {
        let app = App::start().await;
        let owner = owner(&app).await;
        let bob = bob(&app, &owner, "editor").await;
        invites_to_project(&bob, ADDRESS, false).await.is(201);
        app.mail_to(ADDRESS).await;
        owner.removes("bob").await.is(204);
        invites_to_project(&owner, ADDRESS, remind).await.is(201);
        let token = app.nth_mail_to(ADDRESS, 2).await.token();
        app.person("ada").accepts(&token).await.is(200);
    }
}

#[tokio::test]
async fn a_reminder_makes_the_person_who_reminds_the_granter() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let bob = bob(&app, &owner, "editor").await;
    // An admin's invite, by the policy, which does not let editors invite.
    owner.invited(json!({"email": ADDRESS, "notify": false})).await;
    invites_to_project(&bob, ADDRESS, true).await.is(201);
    let token = app.mail_to(ADDRESS).await.token();
    let read = &owner.lists("?state=pending").await.data()[0].clone();
    assert_eq!(read["created_by"]["id"], "29842");
    app.person("ada").accepts(&token).await.is(200);

    invites_to_project(&owner, "eve@example.com", false).await.is(201);
    app.mail_to("eve@example.com").await;
    app.advance(61);
    invites_to_project(&bob, "eve@example.com", true).await.is(201);
    let token = app.nth_mail_to("eve@example.com", 2).await.token();
    owner.gives_roles("bob", json!(["member"])).await.is(200);
    assert_eq!(app.person("eve").accepts(&token).await.status, 410);
}

#[tokio::test]
async fn nobody_is_reminded_of_an_invite_into_a_full_group() {
    let app = App::start().await;
    let owner = owner(&app).await;
    invites_to_project(&owner, ADDRESS, false).await.is(201);
    app.mail_to(ADDRESS).await;
    owner.sets_policy(json!({"max_members": 1})).await;
    let refused = invites_to_project(&owner, ADDRESS, true).await;
    assert!(refused.status >= 400, "{}", refused.text);
    app.settled(&owner).await;
    assert_eq!(app.mails_to(ADDRESS).await.len(), 1);
    let invites = owner.gets(&format!("/v1/groups/{GROUP}/invites")).await.data().len();
    assert_eq!(invites, 1 + App::CANARIES);
}
