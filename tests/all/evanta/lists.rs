//! The caller's list of invites, and a group's list.

use harness::App;
use serde_json::{Value, json};

use super::acts::{AtEvanta, EvantaAnswer};
use super::{INVITED, invites, owner_and_invitee, write_user};

/// Returns the string at the pointer in each invite, or `-` if there is none.
fn names<'a>(invites: &'a [Value], pointer: &str) -> Vec<&'a str> {
    invites
        .iter()
        .map(|invite| invite.pointer(pointer).and_then(Value::as_str).unwrap_or("-"))
        .collect()
}

#[tokio::test]
async fn the_caller_s_list_has_every_acceptable_invite_sorted_by_group_name() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "secret").await;
    for (id, name) in [("1", "zoo"), ("2", "Alpha"), ("3", "beta"), ("4", "Gone"), ("5", "Joined")]
    {
        owner.creates(json!({"id": id, "name": name})).await;
    }
    let first = owner.invited_user().await;
    owner.invites_to("1", json!({"email": "juliet@towne.com"})).await.is(201);
    owner
        .invites_to("2", json!({"person": {"email": "juliet@towne.com", "first_name": "S"}}))
        .await
        .is(201);
    owner.invites_to("3", json!({"user_id": INVITED})).await.is(201);
    for group in ["4", "5"] {
        owner.invites_to(group, json!({"user_id": INVITED})).await.is(201);
    }
    owner.deletes("/v1/groups/4").await.is(204);
    let link =
        owner.invites_to("5", json!({"link": {}})).await.is(201).text_at("/token").to_owned();
    sonny.accepts(&link).await.is(200);

    let answer = sonny.gets("/group_invites/groups").await.is(200).allows_every_origin();
    let list = invites(&answer);
    assert_eq!(names(list, "/group/name"), ["Alpha", "beta", "Private Group", "zoo"]);
    assert!(
        list.iter().all(|invite| invite["user_id"] == 29845
            && invite["group"]["group_invite_id"] == invite["id"])
    );
    assert!(list.iter().all(|invite| invite["group"]["group_member_id"].is_null()
        && invite["group"]["owner"]["id"] == 29842));
    assert_eq!(
        (&list[2]["id"], &list[2]["group"]["group_type"]["name"]),
        (&json!(first), &json!("Secret"))
    );
    assert!(
        answer.text.starts_with("{\"group_invites\":[{\"id\":")
            && answer.text.contains(",\"user_id\":29845,\"group\":{\"id\":")
    );
    assert_eq!(
        app.user("29901").gets("/group_invites/groups").await.is(200).text,
        r#"{"group_invites":[]}"#
    );
}

#[tokio::test]
async fn a_group_s_list_has_every_pending_invite_sorted_by_invitee_name() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "private").await;
    write_user(&app, "2", &json!({"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "bio": "Analyst"})).await;
    write_user(&app, "3", &json!({"first_name": "augusta", "last_name": "lovelace"})).await;
    write_user(&app, "5", &json!({"first_name": "Charles", "email": "charles@example.com"})).await;
    write_user(&app, "4", &json!({"first_name": "Now", "last_name": "Member"})).await;
    for user in ["3", "2", "4"] {
        owner.invites_user(user).await.is(201);
    }
    owner.invited_user().await;
    let token = owner.invited(json!({"link": {}})).await.token;
    app.user("4").accepts(&token).await.is(200);
    owner.invited(json!({"email": "nobody@example.com"})).await;
    owner.invited(json!({"person": {"email": "new@example.com", "first_name": "New", "last_name": "Comer"}})).await;
    owner.invited(json!({"phone": "+19199993333"})).await;
    // This address belongs to a directory user, but the list does not show whose it is.
    owner.invited(json!({"email": "charles@example.com"})).await;
    let gone = owner.invited(json!({"email": "gone@example.com"})).await;
    owner.revokes(&gone.id).await.is(200);

    let answer = owner.gets("/group_invites/users/3773").await.is(200).allows_every_origin();
    let list = invites(&answer);
    assert!(
        answer.text.starts_with("{\"group_invites\":[{\"id\":")
            && answer.text.contains(",\"group_id\":3773,\"user\":{\"id\":")
    );
    // The invites without a name come first: two addresses, the phone number and the link.
    let (unnamed, named) = list.split_at(4);
    let mut emails = names(unnamed, "/user/email");
    emails.sort_unstable();
    assert_eq!(emails, ["-", "-", "charles@example.com", "nobody@example.com"]);
    assert!(unnamed.iter().all(|invite| invite["user"]["id"].is_null()
        && invite["user"]["first_name"] == ""
        && invite["user"]["bio"].is_null()));
    assert_eq!(names(named, "/user/first_name"), ["New", "Ada", "augusta", "Sonny"]);
    assert_eq!(
        (&named[0]["user"]["id"], &named[0]["user"]["email"]),
        (&json!(null), &json!("new@example.com"))
    );
    assert_eq!((&named[1]["user"]["id"], &named[1]["user"]["bio"]), (&json!(2), &json!("Analyst")));
}

#[tokio::test]
async fn only_an_owner_sees_a_group_s_list() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    owner.invited_user().await;
    let list = "/group_invites/users/3773";
    sonny.gets(list).await.has_no_body(403);
    sonny.joins(3773).await.is(201);
    sonny.gets(list).await.has_no_body(403);
    app.user("29901").gets(list).await.has_no_body(403);
    for other in ["3774", "03773", "3773.0", "a%20b", "_system"] {
        let status = owner.gets(&format!("/group_invites/users/{other}")).await.status;
        assert_eq!(status, 404, "{other}");
    }
    assert_eq!(owner.gets(list).await.is(200).text, r#"{"group_invites":[]}"#);
    owner.patches("/v1/groups/3773", &json!({"type": "secret"})).await.is(200);
    app.user("29901").gets(list).await.has_no_body(404);
    sonny.gets(list).await.has_no_body(403);
}
