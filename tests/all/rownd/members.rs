//! Members and pending invitees.

use harness::App;
use serde_json::{Value, json};

use super::{editor, fails, invite, made, members};

/// Returns the path of one member.
fn member(id: &str) -> String {
    format!("{}/{id}", members())
}

/// Returns the member ids of a list.
fn ids(list: &Value) -> Vec<&str> {
    list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn only_owners_see_pending_invitees_among_the_members() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["viewer"])).await;
    let invited = made(&alice, editor("ada@example.com")).await;
    alice.invited(json!({"link": {}})).await;
    let list = alice.gets(&members()).await.is(200).json;
    assert_eq!(list["total_results"], 3);
    let id = format!("invite_{}", invited.id);
    let wanted = json!({"id": id, "user_id": id, "app_id": "beckon", "roles": ["editor"], "state": "invite_pending",
        "invited_by": "alice", "profile": {"email": "ada@example.com"}, "group_id": "3773"});
    assert_eq!(list["results"][2], wanted);
    assert_eq!(alice.gets(&member(&format!("invite_{}", invited.id))).await.is(200).json, wanted);
    let seen = bob.gets(&members()).await.is(200).json;
    assert_eq!(
        (&seen["total_results"], ids(&seen)),
        (&json!(2), vec!["member_alice", "member_bob"])
    );
    fails(bob.gets(&member(&format!("invite_{}", invited.id))).await, 403, "E_FORBIDDEN");
    app.person("ada").accepts(&invited.token).await.is(200);
    let list = alice.gets(&members()).await.is(200).json;
    assert_eq!(ids(&list), ["member_ada", "member_alice", "member_bob"]);
    fails(alice.gets(&member(&format!("invite_{}", invited.id))).await, 404, "E_MEMBER_NOT_FOUND");
}

/// Strict clients fail the whole list if one entry lacks a key.
#[tokio::test]
async fn every_entry_has_its_user_its_app_and_its_inviter() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.takes_in(&app.person("bob"), json!(["owner"])).await;
    let bob = app.person("bob");
    let link = bob.invited(json!({"link": {}})).await;
    app.person("cy").accepts(&link.token).await.is(200);
    app.directory().writes_user("dan", &json!({"first_name": "Dan"})).await.is(200);
    alice.posts(&members(), &json!({"user_id": "dan", "roles": ["member"]})).await.is(200);
    app.directory().writes_user("known", &json!({"email": "known@example.com"})).await.is(200);
    for invitee in [
        json!({"email": "known@example.com"}),
        json!({"email": "unknown@example.com"}),
        json!({"phone": "+19199993333"}),
        json!({"person": {"email": "new@example.com", "first_name": "New"}}),
        json!({"account": {"membership_type": 3, "membership_id": "4611686018467284386"}}),
    ] {
        bob.invited(invitee).await;
    }
    let list = alice.gets(&members()).await.is(200).json;
    let results = list["results"].as_array().unwrap();
    assert_eq!(results.len(), 9, "{list}");
    for entry in results {
        assert_eq!(entry["app_id"], "beckon", "{entry}");
        let id = entry["id"].as_str().unwrap();
        let user = entry["user_id"].as_str().unwrap();
        let known = if entry["profile"]["email"] == "known@example.com" { "known" } else { id };
        assert!(user == known || id == format!("member_{user}"), "{entry}");
        let inviter = match (id, entry["state"].as_str().unwrap()) {
            ("member_alice" | "member_dan", _) => None,
            ("member_bob", _) => Some("alice"),
            _ => Some("bob"),
        };
        assert_eq!(entry["invited_by"].as_str(), inviter, "{entry}");
        let own = alice.gets(&member(id)).await.is(200).json;
        assert_eq!(own, *entry);
    }
}

/// An invite's id is that of its group and invitee, so a later invite has the same.
#[tokio::test]
async fn a_member_who_was_invited_anew_by_another_has_no_inviter_of_another_time() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    alice.takes_in(&app.person("ada"), json!(["member"])).await;
    alice.removes("ada").await.is(204);
    bob.takes_in(&app.person("ada"), json!(["member"])).await;
    let ada = alice.gets(&member("member_ada")).await.is(200).json;
    assert_eq!(ada["invited_by"], "bob");
}

#[tokio::test]
async fn the_list_can_be_read_in_pages_of_any_size() {
    let app = App::start().await;
    let alice = app.owner().await;
    for name in ["bob", "cy", "dan"] {
        alice.takes_in(&app.person(name), json!(["member"])).await;
    }
    for name in ["x", "y", "z"] {
        made(&alice, editor(&format!("{name}@example.com"))).await;
    }
    let whole = alice.gets(&members()).await.is(200).json;
    assert_eq!(
        (&whole["total_results"], whole["results"].as_array().unwrap().len()),
        (&json!(7), 7)
    );
    for size in [1, 2, 3, 4, 6, 7, 100] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page =
                alice.gets(&format!("{}?page_size={size}{after}", members())).await.is(200).json;
            assert_eq!(page["total_results"], 7);
            let results = page["results"].as_array().unwrap().clone();
            assert!(results.len() <= size);
            let Some(last) = results.last() else { break };
            after = format!("&after={}", last["id"].as_str().unwrap());
            found.extend(results);
        }
        assert_eq!(Value::Array(found), whole["results"], "pages of {size}");
    }
}

#[tokio::test]
async fn an_owner_can_add_a_directory_user() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    fails(
        alice.posts(&members(), &json!({"user_id": "ada", "roles": ["editor"]})).await,
        404,
        "E_USER_NOT_FOUND",
    );
    ada.puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    let by_id = made(&alice, json!({"roles": ["admin"], "user_id": "ada"})).await;
    let pending = made(&alice, editor("ada@example.com")).await;
    ada.puts("/v1/me", &json!({"email": "ada@example.com", "first_name": "Ada"})).await.is(200);
    let added = alice
        .posts(
            &members(),
            &json!({"user_id": "ada", "roles": ["viewer"], "state": "invite_pending"}),
        )
        .await
        .is(200)
        .json;
    let wanted = json!({"id": "member_ada", "user_id": "ada", "app_id": "beckon", "roles": ["viewer"], "state": "active",
        "profile": {"user_id": "ada", "email": "ada@example.com", "first_name": "Ada"}, "group_id": "3773"});
    assert_eq!(added, wanted);
    assert_eq!(alice.gets(&member("member_ada")).await.is(200).json, wanted);
    for invited in [pending, by_id] {
        assert_eq!(
            alice.gets(&invite(&invited.id)).await.json["state"],
            "rejected",
            "no invite of the new member stays pending"
        );
        assert_eq!(alice.reads(&invited.id).await.json["resolution_reason"], "joined");
    }
    fails(
        alice.posts(&members(), &json!({"user_id": "ada", "roles": ["viewer"]})).await,
        409,
        "E_ALREADY_MEMBER",
    );
    app.person("cy").puts("/v1/me", &json!({"refuses_invites": true})).await.is(200);
    fails(
        alice.posts(&members(), &json!({"user_id": "cy", "roles": ["viewer"]})).await,
        403,
        "E_INVITES_REFUSED",
    );
    alice.sets_policy(json!({"frozen": true})).await;
    app.person("bob").puts("/v1/me", &json!({"first_name": "Bob"})).await.is(200);
    fails(
        alice.posts(&members(), &json!({"user_id": "bob", "roles": ["viewer"]})).await,
        403,
        "E_FORBIDDEN",
    );
}

#[tokio::test]
async fn a_pending_directory_user_cannot_be_added_and_seats_are_counted() {
    let app = App::start().await;
    let alice = app.user("alice");
    alice.creates_group_with(json!({"max_members": 2})).await;
    let person =
        alice.invited(json!({"person": {"email": "cy@example.com", "first_name": "Cy"}})).await;
    let users = app.items("user").await;
    let pending = users
        .iter()
        .find(|user| user["state"]["S"] == "pending")
        .expect("the directory has a pending user")["id"]["S"]
        .as_str()
        .unwrap();
    fails(
        alice.posts(&members(), &json!({"user_id": pending, "roles": ["viewer"]})).await,
        400,
        "E_INVALID_BODY",
    );
    alice.revokes(&person.id).await.is(200);
    for name in ["ada", "bob"] {
        app.person(name).puts("/v1/me", &json!({"first_name": name})).await.is(200);
    }
    alice.posts(&members(), &json!({"user_id": "ada", "roles": ["viewer"]})).await.is(200);
    fails(
        alice.posts(&members(), &json!({"user_id": "bob", "roles": ["viewer"]})).await,
        409,
        "E_SEATS_FULL",
    );
    alice.deletes(&member("member_ada")).await.is(204);
    alice.posts(&members(), &json!({"user_id": "bob", "roles": ["owner"]})).await.is(200);
}

#[tokio::test]
async fn only_owners_can_manage_members_and_every_member_can_leave() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, cy) = (app.person("bob"), app.person("cy"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&cy, json!(["viewer"])).await;
    for own in [&bob, &cy] {
        fails(
            own.posts(&members(), &json!({"user_id": "alice", "roles": ["viewer"]})).await,
            403,
            "E_FORBIDDEN",
        );
        fails(
            own.puts(&member("member_alice"), &json!({"roles": ["viewer"]})).await,
            403,
            "E_FORBIDDEN",
        );
        fails(own.deletes(&member("member_alice")).await, 403, "E_FORBIDDEN");
    }
    let changed = alice
        .puts(&member("member_cy"), &json!({"roles": ["editor", "owner"], "user_id": "alice"}))
        .await
        .is(200)
        .json;
    assert_eq!(
        (&changed["roles"], &changed["user_id"]),
        (&json!(["editor", "owner"]), &json!("cy"))
    );
    cy.puts(&member("member_cy"), &json!({"roles": ["editor"]})).await.is(200);
    bob.deletes(&member("member_bob")).await.is(204);
    alice.deletes(&member("member_cy")).await.is(204);
    fails(alice.deletes(&member("member_cy")).await, 404, "E_MEMBER_NOT_FOUND");
    fails(alice.deletes(&member("member_alice")).await, 409, "E_LAST_OWNER");
    fails(
        alice.puts(&member("member_alice"), &json!({"roles": ["viewer"]})).await,
        409,
        "E_LAST_OWNER",
    );
    for id in ["alice", "member_", "member_x", "invite_x", "invite_1"] {
        let answer = alice.gets(&member(id)).await.is(404);
        assert!(
            ["E_MEMBER_NOT_FOUND", "E_INVITE_NOT_FOUND"].contains(&answer.text_at("/code")),
            "{}",
            answer.text
        );
    }
    super::names(alice.puts(&member("member_alice"), &json!({})).await, "roles");
    super::names(alice.posts(&members(), &json!({"roles": ["viewer"]})).await, "user_id");
}

#[tokio::test]
async fn a_member_id_can_contain_any_user_id() {
    let app = App::start().await;
    let alice = app.owner().await;
    let odd = app.user("auth0|5f/7%c");
    odd.puts("/v1/me", &json!({"first_name": "Odd"})).await.is(200);
    let added = alice
        .posts(&members(), &json!({"user_id": "auth0|5f/7%c", "roles": ["viewer"]}))
        .await
        .is(200)
        .json;
    assert_eq!(added["id"], "member_auth0|5f/7%c");
    let path = member("member_auth0%7C5f%2F7%25c");
    assert_eq!(alice.gets(&path).await.is(200).json, added);
    alice.deletes(&path).await.is(204);
}

#[tokio::test]
async fn adding_a_member_counts_against_the_invite_rate_limit() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "2")]).await;
    let alice = app.owner().await;
    for user in ["nobody", "no-one"] {
        fails(
            alice.posts(&members(), &json!({"user_id": user, "roles": ["viewer"]})).await,
            404,
            "E_USER_NOT_FOUND",
        );
    }
    fails(
        alice.posts(&members(), &json!({"user_id": "nil", "roles": ["viewer"]})).await,
        429,
        "E_RATE_LIMITED",
    );
}
