//! Joins a group with `POST /group_members`, by an invite or because the group is open.

use futures::future::join_all;
use harness::{App, AtOnce, GROUP};
use serde_json::json;

use super::acts::{AtEvanta, EvantaAnswer};
use super::{INVITED, TAKEN, owner_and_invitee, write_user};

#[tokio::test]
async fn anyone_can_join_an_open_group() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "open").await;
    let eve = app.user("29901").email("eve@example.com").name("Eve Adams");
    let joined = eve.joins(3773).await.is(201);
    let member = &joined.json["group_member"];
    let keys: Vec<&String> = member.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["created_by", "group", "id", "updated_by", "user"]);
    assert_eq!((&member["created_by"], &member["updated_by"]), (&json!(null), &json!(null)));
    assert!(
        joined.text.starts_with(&format!(
            "{{\"group_member\":{{\"id\":{},\"created_by\":null,\"updated_by\":null,\"user\":{{",
            member["id"]
        )) && joined.text.find("\"user\":") < joined.text.find("\"group\":")
    );
    // The user is not in the directory, so the answer shows the token's claims.
    assert_eq!(
        (&member["user"]["id"], &member["user"]["email"], &member["user"]["first_name"]),
        (&json!(29901), &json!("eve@example.com"), &json!(""))
    );
    assert_eq!(
        (&member["group"]["group_type"]["id"], &member["group"]["member_count"]),
        (&json!(1), &json!(1))
    );
    let seen = owner.gets("/v1/groups/3773/members").await.is(200);
    let eve_s = seen.data().iter().find(|member| member["user_id"] == "29901").unwrap();
    assert_eq!(
        (&eve_s["roles"], &eve_s["name"], &eve_s["invite_id"]),
        (&json!(["member"]), &json!("Eve Adams"), &json!(null))
    );
    eve.joins(3773).await.has_body(422, TAKEN);
    owner.joins(3773).await.has_body(422, TAKEN);
}

#[tokio::test]
async fn only_invitees_join_a_private_group_and_outsiders_cannot_see_a_secret_one() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let eve = app.user("29901");
    eve.joins(3773).await.has_no_body(403);
    eve.joins(3774).await.has_no_body(404);
    eve.joins("_system").await.has_no_body(404);
    owner.patches("/v1/groups/3773", &json!({"type": "secret"})).await.is(200);
    eve.joins(3773).await.has_no_body(404);
    owner.invited_user().await;
    sonny.joins("3773").await.is(201);
    assert_eq!(owner.sees_members().await, ["29842", INVITED]);
}

#[tokio::test]
async fn every_addressed_invite_lets_its_invitee_join_and_a_link_does_not() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "secret").await;
    owner.invited(json!({"link": {}})).await;
    let by = [
        (
            app.user("1").email("one@example.com"),
            json!({"email": "One@example.com", "roles": ["editor"]}),
        ),
        (
            app.user("2").claim("phone_number", json!("+19199993333")),
            json!({"phone": "+19199993333"}),
        ),
        (
            app.user("3")
                .claim("accounts", json!([{"membership_type": 3, "membership_id": "4611"}])),
            json!({"account": {"membership_type": 3, "membership_id": "4611"}}),
        ),
        (
            app.user("4").email("four@example.com"),
            json!({"person": {"email": "four@example.com", "first_name": "Four"}}),
        ),
        (
            app.user("5").email("five@example.com"),
            json!({"email": "five@example.com", "identity_policy": "bearer"}),
        ),
    ];
    for (person, body) in by {
        person.joins(3773).await.has_no_body(404);
        let id = owner.invited(body).await.id;
        person.joins(3773).await.is(201);
        assert_eq!(owner.reads(&id).await.json["state"], "accepted");
    }
    let members = owner.gets("/v1/groups/3773/members").await.is(200);
    assert_eq!(
        members.data().iter().find(|member| member["user_id"] == "1").unwrap()["roles"],
        json!(["editor"])
    );
}

#[tokio::test]
async fn an_invite_takes_precedence_in_an_open_group() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "open").await;
    let invited = owner.invited(json!({"email": "juliet@towne.com", "roles": ["editor"]})).await;
    sonny.joins(3773).await.is(201);
    assert_eq!(owner.reads(&invited.id).await.json["state"], "accepted");
    // The answer shows the directory's profile.
    sonny.removes(INVITED).await.is(204);
    let again = sonny.joins(3773).await.is(201).json["group_member"].clone();
    assert_eq!(
        (&again["user"]["first_name"], &again["user"]["email"]),
        (&json!("Sonny"), &json!("juliet@towne.com"))
    );
}

#[tokio::test]
async fn an_open_group_enforces_its_domains_seats_and_freeze() {
    let app = App::start().await;
    let owner = app.user("29842");
    owner
        .creates(json!({"id": "3773", "name": "Open", "type": "open", "policy": {"max_members": 2, "allowed_domains": ["example.com"]}}))
        .await;
    app.user("1").joins(3773).await.has_no_body(403);
    app.user("1").email("one@example.org").joins(3773).await.has_no_body(403);
    owner.sets_policy(json!({"frozen": true})).await;
    app.person("2").joins(3773).await.has_no_body(403);
    owner.sets_policy(json!({"frozen": false})).await;
    app.person("2").joins(3773).await.is(201);
    app.person("3")
        .joins(3773)
        .await
        .has_body(422, r#"{"base":["The group has as many members as it may have"]}"#);
    assert_eq!(owner.sees_members().await, ["2", "29842"]);
    owner.deletes("/v1/groups/3773").await.is(204);
    app.person("3").joins(3773).await.has_no_body(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_joins_concurrently_joins_once() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "open").await;
    for (round, invited) in [(1, false), (2, true), (3, false), (4, true), (5, true)] {
        let person = app.user(&format!("p{round}"));
        if invited {
            write_user(&app, &format!("p{round}"), &json!({})).await;
            owner.invites_user(format!("p{round}")).await.is(201);
        }
        person.signs_in().await;
        let joins = AtOnce::send((0..4).map(|_| async || person.joins(3773).await)).await;
        joins.splits((201, 1), 422);
        assert_eq!(owner.sees_members().await.len(), 1 + round);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_joins_never_exceed_an_open_group_s_seats() {
    let app = App::start().await;
    let owner = app.user("29842");
    owner
        .creates(
            json!({"id": "3773", "name": "Open", "type": "open", "policy": {"max_members": 4}}),
        )
        .await;
    let crowd: Vec<_> = (0..12).map(|number| app.user(&format!("p{number}"))).collect();
    join_all(crowd.iter().map(|person| person.signs_in())).await;
    let joins = crowd.iter().map(|person| async move || person.joins(3773).await);
    AtOnce::send(joins).await.splits((201, 3), 422);
    assert_eq!(owner.sees_members().await.len(), 4);
}

#[tokio::test]
async fn an_open_group_without_an_owner_can_only_be_joined_by_invite() {
    let app = App::start().await;
    let service = app.user("backend").claim("scope", json!("groups:write"));
    service
        .creates(json!({"id": GROUP, "name": "Theirs", "type": "open", "owner_user_id": null}))
        .await;
    let stranger = app.user("1");
    stranger.joins(3773).await.has_no_body(403);
    assert_eq!(app.items("member").await, Vec::<serde_json::Value>::new());
    // The app's invitee becomes the owner. From then on, anyone can join.
    service.invited(json!({"email": "sonny@example.com"})).await;
    let sonny = app.user("2").email("sonny@example.com");
    sonny.joins(3773).await.is(201);
    stranger.joins(3773).await.is(201);
    let members = sonny.gets("/v1/groups/3773/members").await.is(200);
    let roles: Vec<&serde_json::Value> =
        members.data().iter().map(|member| &member["roles"]).collect();
    assert_eq!(roles, [&json!(["member"]), &json!(["member", "owner"])], "{}", members.text);
}

#[tokio::test]
async fn an_acceptable_invite_is_found_among_several() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let editor = app.person("edith");
    owner.takes_in(&editor, json!(["admin"])).await;
    app.directory()
        .writes_user("29845", &json!({"first_name": "Sonny", "email": null}))
        .await
        .is(200);
    editor.invited(json!({"user_id": INVITED})).await;
    owner.invited(json!({"email": "juliet@towne.com", "notify": false})).await;
    owner.removes("edith").await.is(204);
    sonny.joins(3773).await.is(201);
}
