//! A decline without a sign-in can be taken back at every API.

use harness::App;
use serde_json::json;

use super::*;

const ADDRESS: &str = "ada@example.com";

#[tokio::test]
async fn the_invitee_still_joins_at_every_api() {
    for api in ["native token", "native id", "rownd", "evanta", "onezone"] {
        let app = App::start().await;
        let owner = owner(&app).await;
        let invited = owner.invited(json!({"email": ADDRESS})).await;
        app.nobody().declines(&invited.token).await.is(200);
        let ada = ada(&app, ADDRESS);
        let own = ada.gets("/group_invites/groups").await.is(200).json;
        assert_eq!(own["group_invites"].as_array().map(Vec::len), Some(1), "{own}");
        let joined = match api {
            "native token" => ada.accepts(&invited.token).await,
            "native id" => ada.accepts_by_id(&invited.id).await,
            "rownd" => accepts_at_rownd(&ada, &invited.id).await,
            "evanta" => joins(&ada).await,
            _ => joins_by_token(&ada, &invited.token).await,
        };
        assert!(joined.status < 300, "{api}: {}", joined.text);
        assert_eq!(owner.sees_members().await, ["29842", "29845"], "{api}");
        assert_eq!(owner.reads(&invited.id).await.json["state"], "accepted", "{api}");
        let own = ada.gets("/group_invites/groups").await.is(200).json;
        assert_eq!(own["group_invites"], json!([]));
    }
}

#[tokio::test]
async fn the_invitee_s_own_decline_is_final_at_every_api() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let invited = owner.invited(json!({"email": ADDRESS})).await;
    app.nobody().declines(&invited.token).await.is(200);
    let ada = ada(&app, ADDRESS);
    ada.deletes(&format!("/group_invites/{}", invited.id)).await.is(204);
    assert_eq!(owner.reads(&invited.id).await.json["resolved_by"]["id"], "29845");
    ada.accepts(&invited.token).await.refuses(409, "invite_not_pending");
    assert_eq!(accepts_at_rownd(&ada, &invited.id).await.status, 409);
    assert_eq!(joins(&ada).await.status, 403);
}

#[tokio::test]
async fn everything_that_acceptance_asks_is_asked_after_such_a_decline() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let invited = owner.invited(json!({"email": ADDRESS})).await;
    app.nobody().declines(&invited.token).await.is(200);
    let ada = ada(&app, ADDRESS);
    owner.sets_policy(json!({"frozen": true})).await;
    ada.accepts(&invited.token).await.refuses(403, "group_frozen");
    owner.sets_policy(json!({"frozen": false, "allowed_domains": ["example.org"]})).await;
    ada.accepts(&invited.token).await.refuses(403, "domain_not_allowed");
    owner.sets_policy(json!({"allowed_domains": [], "max_members": 1})).await;
    ada.accepts(&invited.token).await.refuses(409, "seats_full");
    owner.sets_policy(json!({"max_members": null})).await;
    ada.accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn one_link_into_several_projects_works_after_such_a_decline() {
    let app = App::start().await;
    let owner = owner(&app).await;
    owner.creates(json!({"id": "2", "name": "P2"})).await;
    let body = json!({"email": ADDRESS, "projects_selected": [{"id": 3773}, {"id": 2}]});
    owner.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let token = app.mail_to(ADDRESS).await.token();
    app.nobody().declines(&token).await.is(200);
    let ada = ada(&app, ADDRESS);
    assert_eq!(ada.looks_into_inbox().await.data().len(), 2);
    ada.accepts(&token).await.is(200);
    let groups = ada.gets("/v1/groups").await.is(200);
    assert_eq!(groups.data().len(), 2);
}

#[tokio::test]
async fn removing_the_invitee_or_the_group_ends_such_a_decline() {
    let app = App::start().await;
    let owner = owner(&app).await;
    let ada = ada(&app, ADDRESS);
    let invited = owner.invited(json!({"email": ADDRESS})).await;
    app.nobody().declines(&invited.token).await.is(200);
    let link = owner.invited(json!({"link": {}})).await;
    ada.accepts(&link.token).await.is(200);
    owner.removes("29845").await.is(204);
    let answer = ada.accepts(&invited.token).await;
    assert_eq!(answer.status, 410, "{}", answer.text);
}
