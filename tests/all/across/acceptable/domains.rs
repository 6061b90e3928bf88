//! The group's domains bind the address that the accepting account proves, at every API and for
//! every kind of invite.

use harness::{App, GROUP};
use serde_json::json;

use super::*;

const WORK: &str = "ada@example.com";
const HOME: &str = "ada@other.example";

/// The policies that allow [`WORK`] and not [`HOME`].
fn policies() -> [serde_json::Value; 2] {
    [
        json!({"allowed_domains": ["example.com"], "blocked_domains": []}),
        json!({"allowed_domains": [], "blocked_domains": ["other.example"]}),
    ]
}

#[tokio::test]
async fn an_address_that_is_no_longer_allowed_accepts_at_no_api() {
    for policy in policies() {
        let app = App::start().await;
        let owner = owner(&app).await;
        let invited = owner.invited(json!({"email": HOME})).await;
        owner.sets_policy(policy).await;
        let ada = ada(&app, HOME);
        ada.accepts(&invited.token).await.refuses(403, "domain_not_allowed");
        ada.accepts_by_id(&invited.id).await.refuses(403, "domain_not_allowed");
        assert_eq!(joins(&ada).await.status, 403);
        let rownd = accepts_at_rownd(&ada, &invited.id).await;
        assert_eq!((rownd.status, &rownd.json["code"]), (403, &json!("E_DOMAIN_NOT_ALLOWED")));
        assert_eq!(joins_by_token(&ada, &invited.token).await.status, 403);
        assert_eq!(owner.sees_members().await, ["29842"]);
        assert_eq!(owner.reads(&invited.id).await.json["state"], "pending");
    }
}

#[tokio::test]
async fn the_proven_address_decides_for_every_kind_of_invite() {
    for policy in policies() {
        let (kind, account) = ACCOUNT;
        for body in [
            json!({"user_id": "29845"}),
            json!({"account": {"membership_type": kind, "membership_id": account}}),
            json!({"phone": "+19199993333"}),
        ] {
            let app = App::start().await;
            let owner = owner(&app).await;
            owner.sets_policy(policy.clone()).await;
            ada_is_known(&app, HOME).await;
            let invited = owner.invited(body.clone()).await;
            let with_phone = |address| {
                ada(&app, address)
                    .claim("phone_number", json!("+19199993333"))
                    .claim("phone_number_verified", json!(true))
            };
            let home = with_phone(HOME);
            home.accepts(&invited.token).await.refuses(403, "domain_not_allowed");
            home.accepts_by_id(&invited.id).await.refuses(403, "domain_not_allowed");
            assert_eq!(joins(&home).await.status, 403, "{body}");
            assert_eq!(accepts_at_rownd(&home, &invited.id).await.status, 403, "{body}");
            let unverified = with_phone(WORK).claim("email_verified", json!(false));
            let answer = unverified.accepts_by_id(&invited.id).await;
            if policy["allowed_domains"] != json!([]) {
                answer.refuses(403, "domain_not_allowed");
                joins(&with_phone(WORK)).await.is(201);
            } else {
                // Only an address that is proven can be blocked.
                answer.is(200);
            }
        }
    }
}

#[tokio::test]
async fn an_invite_by_the_evanta_and_the_bungie_api_asks_for_an_allowed_address() {
    let app = App::start().await;
    let owner = owner(&app).await;
    owner.sets_policy(json!({"allowed_domains": ["example.com"]})).await;
    ada_is_known(&app, HOME).await;
    invites_user(&owner).await.is(201);
    assert_eq!(joins(&ada(&app, HOME)).await.status, 403);
    invites_account(&owner).await;
    let list = owner.lists("").await;
    for id in list.each("id") {
        ada(&app, HOME).accepts_by_id(&id).await.refuses(403, "domain_not_allowed");
        assert_eq!(accepts_at_rownd(&ada(&app, HOME), &id).await.status, 403);
    }
    joins(&ada(&app, WORK)).await.is(201);
}

#[tokio::test]
async fn an_open_group_with_domains_takes_only_their_addresses() {
    for policy in policies() {
        let app = App::start().await;
        let owner = app.person("29842");
        owner.creates(json!({"id": GROUP, "name": "Open", "type": "open", "policy": policy})).await;
        assert_eq!(joins(&ada(&app, HOME)).await.status, 403);
        joins(&ada(&app, WORK)).await.is(201);
    }
}

#[tokio::test]
async fn an_owner_adds_only_users_with_an_allowed_address() {
    for policy in policies() {
        let app = App::start().await;
        let owner = owner(&app).await;
        owner.sets_policy(policy.clone()).await;
        let add = async |user: &str| {
            let body = json!({"user_id": user, "roles": ["member"]});
            owner.posts(&format!("/me/groups/{GROUP}/members"), &body).await
        };
        ada_is_known(&app, HOME).await;
        let refused = add("29845").await;
        assert_eq!((refused.status, &refused.json["code"]), (403, &json!("E_DOMAIN_NOT_ALLOWED")));
        app.directory().writes_user("nameless", &json!({"first_name": "No"})).await.is(200);
        let expected = if policy["allowed_domains"] == json!([]) { 200 } else { 403 };
        assert_eq!(add("nameless").await.status, expected);
        ada_is_known(&app, WORK).await;
        add("29845").await.is(200);
    }
}

#[tokio::test]
async fn invites_to_the_application_ask_for_no_domain() {
    let app = App::start().await;
    let owner = app.person("29842");
    let body = json!({"email": HOME});
    owner.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let token = app.mail_to(HOME).await.token();
    ada(&app, HOME).accepts(&token).await.is(200);
}
