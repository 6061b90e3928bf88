//! Groups that an app creates without an owner, and their first owner.

use futures::future::join_all;
use harness::{App, AtOnce, GROUP, Person};
use serde_json::{Value, json};

use super::{editor, fails, invite, invites, made, members};

/// Returns the app, as the caller with its own credentials.
fn service(app: &App) -> Person {
    app.user("backend").claim("scope", json!("groups:write"))
}

/// Creates a group without members and returns the app that created it.
async fn empty_group(app: &App) -> Person {
    let service = service(app);
    let made =
        service.creates(json!({"id": GROUP, "name": "Theirs", "owner_user_id": null})).await.json;
    assert_eq!((&made["owner_user_id"], &made["member_count"]), (&Value::Null, &json!(0)));
    service
}

#[tokio::test]
async fn only_the_app_can_create_a_group_without_members() {
    let app = App::start().await;
    let body = json!({"id": GROUP, "name": "Theirs", "owner_user_id": null});
    app.user("alice").posts("/v1/groups", &body).await.refuses(403, "insufficient_scope");
    app.user("alice")
        .posts("/v1/groups", &json!({"name": "x", "owner_user_id": "bob"}))
        .await
        .refuses(422, "invalid_body");
    empty_group(&app).await;
    service(&app).posts("/v1/groups", &body).await.refuses(409, "group_id_taken");
    assert_eq!(app.items("member").await, Vec::<Value>::new());
    fails(
        app.user("alice").posts(&invites(), &editor("ada@example.com")).await,
        404,
        "E_GROUP_NOT_FOUND",
    );
    let other_scope = app.user("other").claim("scope", json!("users:write groups"));
    fails(
        other_scope.posts(&invites(), &editor("ada@example.com")).await,
        404,
        "E_GROUP_NOT_FOUND",
    );
}

#[tokio::test]
async fn the_first_invitee_to_accept_becomes_owner_and_the_app_loses_access() {
    let app = App::start().await;
    let service = empty_group(&app).await;
    let first = made(&service, editor("ada@example.com")).await;
    assert_eq!(
        (&first.json["roles"], &first.json["created_by"]),
        (&json!(["editor"]), &json!("backend"))
    );
    assert_eq!(made(&service, editor("ada@example.com")).await.id, first.id);
    let second = made(&service, editor("bob@example.com")).await;
    let ada = app.person("ada");
    let accept = format!("{}/accept", invite(&first.id));
    ada.posts(&accept, &json!({})).await.is(200);
    let own = ada.gets(&format!("/me/groups/{GROUP}")).await.is(200).json;
    assert_eq!(own["member"]["roles"], json!(["editor", "owner"]));
    // From now on the app is a stranger to the group.
    fails(service.posts(&invites(), &editor("cy@example.com")).await, 404, "E_GROUP_NOT_FOUND");
    fails(service.gets(&invites()).await, 404, "E_GROUP_NOT_FOUND");
    // The app's earlier invite is still acceptable and makes no second owner.
    app.person("bob").accepts(&second.token).await.is(200);
    assert_eq!(
        app.person("bob").gets(&format!("/me/groups/{GROUP}")).await.json["member"]["roles"],
        json!(["editor"])
    );
    made(&ada, editor("cy@example.com")).await;
    ada.deletes(&format!("{}/member_bob", members())).await.is(204);
    fails(ada.deletes(&format!("{}/member_ada", members())).await, 409, "E_LAST_OWNER");
}

#[tokio::test]
async fn an_invite_that_the_app_revokes_says_so() {
    let app = App::start().await;
    let service = empty_group(&app).await;
    let invited = made(&service, editor("ada@example.com")).await;
    let revoked = service.revokes(&invited.id).await.is(200).json;
    assert_eq!(revoked["resolution_reason"], "revoked_by_app");
    assert_eq!(revoked["resolved_by"]["id"], "backend");
}

#[tokio::test]
async fn a_native_invite_also_makes_the_first_owner_and_seats_are_counted() {
    let app = App::start().await;
    let service = service(&app);
    service.creates(json!({"id": GROUP, "name": "Theirs", "owner_user_id": null, "policy": {"max_members": 1}})).await;
    let first = service.invited(json!({"email": "ada@example.com", "roles": ["owner"]})).await;
    let second = service.invited(json!({"link": {}})).await;
    app.person("ada").accepts(&first.token).await.is(200);
    app.person("bob").accepts(&second.token).await.refuses(409, "seats_full");
    let ada = app.person("ada");
    assert_eq!(
        ada.gets(&format!("/me/groups/{GROUP}")).await.json["member"]["roles"],
        json!(["owner"])
    );
}

#[tokio::test]
async fn the_app_can_add_the_first_member() {
    let app = App::start().await;
    app.person("ada").puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    let service = empty_group(&app).await;
    let added = service
        .posts(&members(), &json!({"user_id": "ada", "roles": ["editor"]}))
        .await
        .is(200)
        .json;
    assert_eq!(added["roles"], json!(["editor", "owner"]));
    fails(
        service.posts(&members(), &json!({"user_id": "ada", "roles": ["editor"]})).await,
        404,
        "E_GROUP_NOT_FOUND",
    );
}

#[tokio::test]
async fn a_first_invitee_with_sixteen_roles_is_refused() {
    let app = App::start().await;
    let service = empty_group(&app).await;
    let roles: Vec<String> = (0..16).map(|number| format!("r{number}")).collect();
    super::names(
        service.posts(&invites(), &json!({"email": "ada@example.com", "roles": roles})).await,
        "roles",
    );
    let first = made(&service, json!({"email": "ada@example.com", "roles": roles[..15]})).await;
    super::names(service.puts(&invite(&first.id), &json!({"roles": roles})).await, "roles");
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_of_many_concurrent_invitees_becomes_owner() {
    let app = App::start().await;
    let service = service(&app);
    for round in 0..5 {
        let group = format!("g{round}");
        service.creates(json!({"id": group, "name": "Theirs", "owner_user_id": null})).await;
        let crowd: Vec<Person> = (0..6).map(|number| app.person(&format!("p{number}"))).collect();
        let mut ids = Vec::new();
        for number in 0..6 {
            let answer = service
                .posts(
                    &format!("/me/groups/{group}/invites"),
                    &editor(&format!("p{number}@example.com")),
                )
                .await
                .is(200);
            ids.push(answer.text_at("/invitation/id").to_owned());
        }
        join_all(crowd.iter().map(Person::signs_in)).await;
        let group_id = &group;
        let accepts = crowd
            .iter()
            .zip(&ids)
            .map(|(person, id)| async move || person.accepts_in(group_id, id).await);
        assert_eq!(AtOnce::send(accepts).await.count(200), 6);
        let listed = crowd[0].gets(&format!("/v1/groups/{group}/members")).await.is(200);
        let owners = listed
            .data()
            .iter()
            .filter(|member| member["roles"].as_array().unwrap().contains(&json!("owner")))
            .count();
        assert_eq!((listed.data().len(), owners), (6, 1), "{}", listed.text);
        let items = app.items("group").await;
        let item = items.iter().find(|item| item["id"]["S"] == group).unwrap();
        assert_eq!(item["owner_count"]["N"], "1");
    }
}
