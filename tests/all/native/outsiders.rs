//! Callers who are not members: they learn nothing, not even that the group exists.

use harness::App;
use reqwest::Method;
use serde_json::{Value, json};

/// Returns every route of a group, with a body for the routes that need one.
fn routes(group: &str, invite: &str) -> Vec<(Method, String, Option<Value>)> {
    let group = format!("/v1/groups/{group}");
    vec![
        (Method::GET, group.clone(), None),
        (Method::PATCH, group.clone(), Some(json!({"name": "Mine"}))),
        (Method::DELETE, group.clone(), None),
        (Method::GET, format!("{group}/members"), None),
        (Method::PATCH, format!("{group}/members/alice"), Some(json!({"roles": ["member"]}))),
        (Method::DELETE, format!("{group}/members/alice"), None),
        (Method::DELETE, format!("{group}/members/mallory"), None),
        (Method::GET, format!("{group}/invites"), None),
        (Method::POST, format!("{group}/invites"), Some(json!({"email": "eve@example.com"}))),
        (
            Method::POST,
            format!("{group}/invites"),
            Some(json!({"email": "ada@example.com", "roles": ["owner"]})),
        ),
        (Method::POST, format!("{group}/invites"), Some(json!({"user_id": "alice"}))),
        (Method::POST, format!("{group}/invites"), Some(json!({"user_id": "nobody"}))),
        (Method::GET, format!("{group}/invites/{invite}"), None),
        (Method::GET, format!("{group}/invites/1"), None),
        (Method::POST, format!("{group}/invites/{invite}/revoke"), Some(json!({}))),
        (Method::POST, format!("{group}/invites/revoke"), Some(json!({"ids": [invite, "1"]}))),
        (Method::POST, format!("{group}/invites/revoke"), Some(json!({"filter": {}}))),
        (Method::POST, format!("{group}/invites/resend"), Some(json!({"ids": [invite, "1"]}))),
        (Method::POST, format!("{group}/invites/resend"), Some(json!({"filter": {}}))),
    ]
}

#[tokio::test]
async fn an_existing_group_looks_like_a_missing_one_to_outsiders() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.mail_to("ada@example.com").await;
    alice
        .sets_policy(json!({"frozen": true, "links": false, "allowed_domains": ["example.org"]}))
        .await;
    alice.creates(json!({"id": "gone", "name": "Gone"})).await;
    alice.deletes("/v1/groups/gone").await.is(204);

    let mallory = app.person("mallory");
    let here = routes("3773", &invited.id);
    let nowhere = routes("nowhere", &invited.id);
    let gone = routes("gone", &invited.id);
    for (((method, path, body), (_, other, _)), (_, deleted, _)) in
        here.into_iter().zip(nowhere).zip(gone)
    {
        let send = async |path: &str| {
            let request = mallory.request(method.clone(), path);
            let request = if let Some(body) = &body { request.json(body) } else { request };
            mallory.sends(request).await.refuses(404, "group_not_found")
        };
        let (existing, missing, deleted) =
            (send(&path).await, send(&other).await, send(&deleted).await);
        assert_eq!(existing.without_instance(), missing.without_instance(), "{method} {path}");
        assert_eq!(existing.without_instance(), deleted.without_instance(), "{method} {path}");
        assert_eq!(existing.text.len(), missing.text.len(), "{method} {path}");
        let names = |answer: &harness::Answer| {
            answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(&existing), names(&missing), "{method} {path}");
    }
    alice.gets("/v1/groups/3773").await.is(200);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
}

#[tokio::test]
async fn an_invitee_is_not_a_member_before_accepting() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    ada.gets("/v1/groups/3773").await.refuses(404, "group_not_found");
    ada.reads(&invited.id).await.refuses(404, "group_not_found");
    ada.revokes(&invited.id).await.refuses(404, "group_not_found");
    assert!(ada.gets("/v1/groups").await.is(200).data().is_empty());
}

#[tokio::test]
async fn an_invite_is_found_only_in_its_own_group() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    alice
        .gets(&format!("/v1/groups/other/invites/{}", invited.id))
        .await
        .refuses(404, "invite_not_found");
    alice
        .posts(&format!("/v1/groups/other/invites/{}/revoke", invited.id), &json!({}))
        .await
        .refuses(404, "invite_not_found");
    let ada = app.person("ada");
    let elsewhere = json!({"group": "other", "invite": invited.id});
    ada.posts("/v1/invites/accept", &elsewhere).await.refuses(404, "invite_not_found");
    ada.posts("/v1/invites/decline", &elsewhere).await.refuses(404, "invite_not_found");
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
}

#[tokio::test]
async fn invalid_ids_are_not_found() {
    let app = App::start().await;
    let alice = app.owner().await;
    for id in [
        "0",
        "-1",
        "01",
        "1.0",
        "9007199254740992",
        "99999999999999999999",
        "abc",
        "%00",
        "%20",
        "1%2f2",
    ] {
        alice.reads(id).await.refuses(404, "invite_not_found");
        alice.revokes(id).await.refuses(404, "invite_not_found");
    }
    for group in ["a%23b", "%00", "a.b", &"x".repeat(65), "%C3%A9"] {
        alice.gets(&format!("/v1/groups/{group}")).await.refuses(404, "group_not_found");
        alice.gets(&format!("/v1/groups/{group}/invites")).await.refuses(404, "group_not_found");
    }
    for user in ["nobody", "%23", "a%20b", "%00"] {
        alice.removes(user).await.refuses(404, "member_not_found");
        alice.gives_roles(user, json!(["member"])).await.refuses(404, "member_not_found");
    }
}

#[tokio::test]
async fn the_application_is_no_group_that_anybody_can_name() {
    let app = App::start().await;
    let inviter = app.person("inviter");
    inviter
        .posts(
            "/chembiohub/api/invitations/",
            &json!({"email": "ada@example.com", "first_name": "Ada"}),
        )
        .await
        .is(201);
    let ada = app.person("ada");
    ada.accepts(&app.mail_to("ada@example.com").await.token()).await.is(200);
    let service = app.user("app").claim("scope", json!("groups:write"));
    for person in [&inviter, &ada, &app.person("mallory"), &service] {
        let group = "/v1/groups/_system";
        for path in ["", "/members", "/invites"] {
            let answer = person.gets(&format!("{group}{path}")).await;
            answer.refuses(404, "group_not_found");
        }
        let named = json!({"name": "Mine", "roles": ["owner"]});
        person.patches(group, &json!({"name": "Mine"})).await.refuses(404, "group_not_found");
        person.deletes(group).await.refuses(404, "group_not_found");
        let member = format!("{group}/members/ada");
        let edit = json!({"roles": ["owner"]});
        person.patches(&member, &edit).await.refuses(404, "group_not_found");
        person.deletes(&member).await.refuses(404, "group_not_found");
        for invitee in [json!({"email": "eve@example.com"}), json!({"link": {}})] {
            person.invites_to("_system", invitee).await.refuses(404, "group_not_found");
        }
        let rownd = "/me/groups/_system";
        for (method, path) in [
            (Method::GET, ""),
            (Method::PUT, ""),
            (Method::DELETE, ""),
            (Method::GET, "/members"),
            (Method::POST, "/members"),
            (Method::GET, "/members/member_ada"),
            (Method::PUT, "/members/member_ada"),
            (Method::DELETE, "/members/member_ada"),
            (Method::GET, "/invites"),
            (Method::POST, "/invites"),
            (Method::GET, "/invites/1"),
            (Method::PUT, "/invites/1"),
            (Method::DELETE, "/invites/1"),
            (Method::POST, "/invites/1/accept"),
        ] {
            let request = person.request(method.clone(), &format!("{rownd}{path}"));
            let answer = person.sends(request.json(&named)).await;
            assert_eq!(
                (answer.status, answer.json["code"].as_str()),
                (404, Some("E_GROUP_NOT_FOUND")),
                "{method} {path}: {}",
                answer.text
            );
        }
        let evanta = json!({"group_invite": {"group_id": "_system", "user_id": "ada"}});
        person.posts("/group_invites", &evanta).await.is(404);
        person.gets("/group_invites/users/_system").await.is(404);
        let joins = json!({"group_member": {"group_id": "_system"}});
        person.posts("/group_members", &joins).await.is(404);
        person.posts("/groups/_system/users/token", &json!({})).await.is(404);
        let project = json!({"email": "x@example.com", "projects_selected": [{"id": "_system"}]});
        person.posts("/chembiohub/api/invitations/", &project).await.is(403);
    }
}

#[tokio::test]
async fn only_its_inviter_reads_and_revokes_a_platform_invitation() {
    let app = App::start().await;
    let inviter = app.person("inviter");
    let body = json!({"email": "ada@example.com"});
    let made = inviter.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let path = format!("/v1/groups/_system/invites/{}", made.json["id"]);
    let revoke = format!("{path}/revoke");
    let many = |act: &str| format!("/v1/groups/_system/invites/{act}");
    let named = json!({"ids": [made.json["id"].to_string().trim_matches('"')]});
    for other in [app.person("mallory"), app.person("ada")] {
        other.gets(&path).await.refuses(404, "group_not_found");
        other.posts(&revoke, &json!({})).await.refuses(404, "group_not_found");
        other.posts(&many("revoke"), &named).await.refuses(404, "group_not_found");
        other.posts(&many("resend"), &named).await.refuses(404, "group_not_found");
    }
    let everything = json!({"filter": {}});
    inviter.posts(&many("revoke"), &everything).await.refuses(404, "group_not_found");
    assert_eq!(inviter.gets(&path).await.is(200).json["state"], "pending");
    assert_eq!(inviter.posts(&revoke, &json!({})).await.is(200).json["state"], "revoked");
    assert_eq!(inviter.posts(&many("revoke"), &named).await.is(207).outcomes(), ["200"]);
}
