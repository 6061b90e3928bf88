//! Memberships that end by time: `membership_expires_in` of an invite, `expires_at` of a member.

use harness::{App, GROUP, LossyTable, Person, eventually, seconds, table};
use serde_json::json;
use shared::config::settings;

const HOUR: i64 = 3_600;

/// Invites the person with these roles into a membership of one hour, and accepts for them.
async fn takes_in_for_an_hour(owner: &Person, person: &Person, role: &str) {
    let body = json!({"email": person.address(), "roles": [role], "notify": false, "membership_expires_in": HOUR});
    let invited = owner.invited(body).await;
    assert_eq!(invited.json["membership_expires_in"], HOUR);
    let membership = person.accepts(&invited.token).await.is(200).json["membership"].clone();
    let at = |field: &str| seconds(membership[field].as_str().unwrap());
    assert_eq!(at("expires_at") - at("joined_at"), HOUR);
}

#[tokio::test]
async fn a_membership_that_has_ended_is_none_in_any_read() {
    let app = App::start().await;
    let alice = app.owner().await;
    let carol = app.person("carol");
    takes_in_for_an_hour(&alice, &carol, "admin").await;
    carol.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.advance(HOUR - 60);
    assert_eq!(alice.sees_members().await, ["alice", "carol"]);
    carol.lists("").await.is(200);

    app.advance(60);
    assert_eq!(alice.sees_members().await, ["alice"]);
    let group = format!("/v1/groups/{GROUP}");
    assert_eq!(alice.gets(&group).await.is(200).json["member_count"], 1);
    assert!(carol.gets("/v1/groups").await.is(200).data().is_empty());
    carol.gets(&group).await.refuses(404, "group_not_found");
    carol.lists("").await.refuses(404, "group_not_found");
    carol.invites(json!({"email": "eve@example.com"})).await.refuses(404, "group_not_found");
    carol.removes("alice").await.refuses(404, "group_not_found");
    alice.gives_roles("carol", json!(["member"])).await.refuses(404, "member_not_found");
    // The rownd and evanta APIs.
    let members = alice.gets(&format!("/me/groups/{GROUP}/members")).await.is(200);
    assert!(!members.text.contains("\"user_id\":\"carol\""), "{}", members.text);
    let evanta = format!("/group_invites/users/{GROUP}");
    let (carol, stranger) = (carol.gets(&evanta).await, app.person("eve").gets(&evanta).await);
    assert_eq!((carol.status, carol.text), (stranger.status, stranger.text));
}

#[tokio::test]
async fn a_person_whose_membership_has_ended_joins_again_and_takes_one_seat() {
    let app = App::start().await;
    let alice = app.person("alice").name("Alice");
    alice.creates_group_with(json!({"max_members": 2})).await;
    let (carol, dora) = (app.person("carol"), app.person("dora"));
    takes_in_for_an_hour(&alice, &carol, "member").await;
    app.advance(HOUR);
    let again = alice.invited(json!({"email": "carol@example.com", "notify": false})).await;
    let late = alice.invited(json!({"email": "dora@example.com", "notify": false})).await;
    let membership = carol.accepts(&again.token).await.is(200).json["membership"].clone();
    assert!(membership["expires_at"].is_null());
    assert_eq!(alice.sees_members().await, ["alice", "carol"]);
    dora.accepts(&late.token).await.refuses(409, "seats_full");
    alice.removes("carol").await.is(204);
    dora.accepts(&late.token).await.is(200);
}

#[tokio::test]
async fn a_tick_removes_a_membership_that_has_ended_as_a_removal_does() {
    let app = App::start().await;
    let alice = app.person("alice").name("Alice");
    alice.creates_group_with(json!({"max_members": 2})).await;
    let (carol, dora) = (app.person("carol"), app.person("dora"));
    takes_in_for_an_hour(&alice, &carol, "admin").await;
    let invited = alice.invited(json!({"email": "dora@example.com", "notify": false})).await;
    let of_carol = carol.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.advance(HOUR);
    // She was invited again, which a removal must not take back.
    let again = alice.invited(json!({"email": "carol@example.com", "notify": false})).await;
    dora.accepts(&invited.token).await.refuses(409, "seats_full");
    assert_eq!(
        app.ticks().await,
        json!({"expired": 0, "mails": 0, "memberships": 1, "anonymized": 0, "complete": true})
    );

    let members = app.items("member").await;
    assert_eq!(members.len(), 1);
    let group = app.items("group").await;
    let counts = |name: &str| group[0][name]["N"].clone();
    assert_eq!((counts("seats_taken"), counts("owner_count")), (json!("1"), json!("1")));
    let ended = eventually("the invite that rested on it ends", || async {
        let read = alice.reads(&of_carol.id).await.json;
        (read["state"] != "pending").then_some(read)
    })
    .await;
    assert_eq!(ended["resolution_reason"], "inviter_gone");
    assert_eq!(alice.reads(&again.id).await.json["acceptable"], true);
    dora.accepts(&invited.token).await.is(200);
    carol.accepts(&again.token).await.refuses(409, "seats_full");
    assert_eq!(
        app.ticks().await,
        json!({"expired": 0, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );
}

#[tokio::test]
async fn a_tick_leaves_a_person_who_joined_again_meanwhile_and_one_who_became_an_owner() {
    let app = App::start().await;
    let table = LossyTable::of(&app).await;
    let slow = App::with(table.options()).await;
    let alice = app.owner().await;
    let (carol, dora) = (app.person("carol"), app.person("dora"));
    takes_in_for_an_hour(&alice, &carol, "member").await;
    takes_in_for_an_hour(&alice, &dora, "member").await;
    alice.gives_roles("dora", json!(["owner"])).await.is(200);
    app.advance(HOUR);
    slow.advance(HOUR);
    let again = alice.invited(json!({"email": "carol@example.com", "notify": false})).await;
    let hold = table.holds("TransactWriteItems", "expires_at <= :now", 1);
    let (ticked, ()) = futures::join!(slow.ticks(), async {
        hold.arrived().await;
        carol.accepts(&again.token).await.is(200);
        hold.release();
    });
    assert_eq!(
        ticked,
        json!({"expired": 0, "mails": 0, "memberships": 0, "anonymized": 0, "complete": true})
    );
    assert_eq!(alice.sees_members().await, ["alice", "carol", "dora"]);
}

#[tokio::test]
async fn only_memberships_that_end_are_due() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (carol, dora) = (app.person("carol"), app.person("dora"));
    takes_in_for_an_hour(&alice, &carol, "member").await;
    alice.takes_in(&dora, json!(["member"])).await;
    let due = async || {
        let members = app.items("member").await;
        let due = members.iter().filter(|item| !item["due_pk"].is_null());
        due.map(|item| item["user"]["S"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(due().await, ["carol"]);
    alice.gives_roles("carol", json!(["editor"])).await.is(200);
    assert_eq!(due().await, ["carol"]);
    alice.gives_roles("carol", json!(["owner"])).await.is(200);
    assert!(due().await.is_empty());
}

#[tokio::test]
async fn a_tick_removes_ended_memberships_of_a_deleted_group() {
    // The stream's function would remove it first.
    let app = App::without_streams().await;
    let alice = app.owner().await;
    takes_in_for_an_hour(&alice, &app.person("carol"), "member").await;
    let stored = app.items("member").await;
    let carol = stored.into_iter().find(|item| item["user"]["S"] == "carol").unwrap();
    alice.deletes(&format!("/v1/groups/{GROUP}")).await.is(204);
    assert!(app.items("member").await.is_empty());
    app.advance(HOUR);
    // As if it had been written beside the deletion.
    let put = json!({"TableName": app.setting(settings::TABLE_NAME), "Item": carol});
    table::ask(app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB), "PutItem", &put).await;
    assert_eq!(app.ticks().await["memberships"], 1);
    assert!(app.items("member").await.is_empty());
}

#[tokio::test]
async fn an_invite_does_not_outlive_the_membership_that_it_rests_on() {
    // The function on the stream would end the invite.
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let carol = app.person("carol");
    takes_in_for_an_hour(&alice, &carol, "admin").await;
    let email = carol.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let link = carol.invited(json!({"link": {}})).await;
    app.person("eve").accepts(&link.token).await.is(200);
    app.advance(HOUR);
    let read = alice.reads(&email.id).await.json;
    assert_eq!(
        (&read["acceptable"], &read["not_acceptable_reason"]),
        (&json!(false), &json!("inviter_gone"))
    );
    app.person("ada").accepts(&email.token).await.refuses(410, "inviter_gone");
    app.person("finn").accepts(&link.token).await.refuses(410, "inviter_gone");
    // Such an invite blocks nobody.
    let anew = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.person("ada").accepts(&anew.token).await.is(200);
}

#[tokio::test]
async fn an_owner_s_membership_does_not_end() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    let body =
        json!({"email": "ada@example.com", "roles": ["owner"], "membership_expires_in": HOUR});
    alice
        .invites(body)
        .await
        .refuses(422, "invalid_body")
        .points_at("/membership_expires_in", "owner_does_not_expire");
    for seconds in [HOUR - 1, 157_680_001, 0, -1] {
        let body = json!({"email": "ada@example.com", "membership_expires_in": seconds});
        alice
            .invites(body)
            .await
            .refuses(422, "invalid_body")
            .points_at("/membership_expires_in", "invalid_membership_period");
    }
    let app_credential = app.user("app").claim("scope", json!("groups:write"));
    app_credential.creates(json!({"id": "empty", "name": "Empty", "owner_user_id": null})).await;
    let first = json!({"email": "ada@example.com", "membership_expires_in": HOUR});
    app_credential
        .invites_to("empty", first)
        .await
        .refuses(422, "invalid_body")
        .points_at("/membership_expires_in", "owner_does_not_expire");
    let after = app.table().await;
    assert_eq!(before.iter().filter(|item| !after.contains(*item)).count(), 0);
    assert!(!after.iter().any(|item| item.contains("ada@example.com")));

    let carol = app.person("carol");
    takes_in_for_an_hour(&alice, &carol, "member").await;
    let owner = alice.gives_roles("carol", json!(["owner"])).await.is(200);
    assert!(owner.json["expires_at"].is_null());
    app.advance(2 * HOUR);
    assert_eq!(alice.sees_members().await, ["alice", "carol"]);
}

#[tokio::test]
async fn deleting_a_group_removes_ended_memberships_too() {
    let app = App::start().await;
    let alice = app.owner().await;
    takes_in_for_an_hour(&alice, &app.person("carol"), "member").await;
    app.advance(HOUR);
    alice.deletes(&format!("/v1/groups/{GROUP}")).await.is(204);
    assert!(app.items("member").await.is_empty());
}

#[tokio::test]
async fn an_invite_keeps_the_requested_language() {
    let app = App::start().await;
    let alice = app.owner().await;
    let locale = |tag: &str| json!({"email": "ada@example.com", "notify": false, "locale": tag});
    for tag in ["", "english!", "e", "de\u{200b}CH"] {
        alice.invites(locale(tag)).await.refuses(422, "invalid_body");
    }
    assert!(app.items("invite").await.is_empty());
    let invited = alice.invited(locale(" de_CH ")).await;
    assert_eq!(invited.json["locale"], "de-CH");
    assert_eq!(alice.reads(&invited.id).await.json["locale"], "de-CH");
    let other = alice.invited(json!({"email": "bob@example.com", "notify": false})).await;
    assert_eq!(other.json["locale"], "en");
}
