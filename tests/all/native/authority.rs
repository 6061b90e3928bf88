//! Who may invite whom to what, when it is asked and when it is accepted.

use harness::{App, GROUP};
use serde_json::json;

#[tokio::test]
async fn the_groups_policy_says_who_may_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (admin, editor, member) = (app.person("admin"), app.person("editor"), app.person("member"));
    alice.takes_in(&admin, json!(["admin"])).await;
    alice.takes_in(&editor, json!(["editor"])).await;
    alice.takes_in(&member, json!(["member"])).await;

    let may = [
        ("owners", [false, false, false]),
        ("admins", [true, false, false]),
        ("members", [true, true, true]),
    ];
    for (policy, expected) in may {
        alice.sets_policy(json!({"who_may_invite": policy})).await;
        for (actor, (name, may)) in [&admin, &editor, &member]
            .into_iter()
            .zip(["admin", "editor", "member"].into_iter().zip(expected))
        {
            let answer =
                actor.invites(json!({"email": format!("{policy}-{name}@example.com")})).await;
            let list = actor.lists("").await;
            if may {
                answer.is(201);
                list.is(200);
            } else {
                answer.refuses(403, "forbidden");
                list.refuses(403, "forbidden");
            }
        }
        alice.invites(json!({"email": format!("{policy}@example.com")})).await.is(201);
    }
}

#[tokio::test]
async fn whoever_made_an_invite_handles_it_after_losing_the_right_to_make_more() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let own = bob.invited(json!({"email": "ada@example.com"})).await;
    let others = alice.invited(json!({"email": "eve@example.com"})).await;
    alice.gives_roles("bob", json!(["member"])).await.is(200);
    bob.reads(&own.id).await.is(200);
    bob.reads(&others.id).await.refuses(403, "forbidden");
    bob.revokes(&others.id).await.refuses(403, "forbidden");
    bob.revokes(&own.id).await.is(200);
}

#[tokio::test]
async fn nobody_grants_a_role_above_their_own() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    for roles in [json!(["owner"]), json!(["member", "owner"]), json!(["admin", "owner"])] {
        bob.invites(json!({"email": "ada@example.com", "roles": roles}))
            .await
            .refuses(403, "role_above_own");
        bob.gives_roles("bob", roles).await.refuses(403, "role_above_own");
    }
    bob.gives_roles("alice", json!(["member"])).await.refuses(403, "role_above_own");
    bob.removes("alice").await.refuses(403, "role_above_own");
    bob.invites(json!({"email": "ada@example.com", "roles": ["admin", "billing"]})).await.is(201);

    alice.sets_policy(json!({"who_may_invite": "members"})).await;
    let member = app.person("member");
    alice.takes_in(&member, json!(["zebra"])).await;
    member
        .invites(json!({"email": "eve@example.com", "roles": ["editor"]}))
        .await
        .refuses(403, "role_above_own");
    member.invites(json!({"email": "eve@example.com", "roles": ["billing"]})).await.is(201);
    member.gives_roles("bob", json!(["member"])).await.refuses(403, "forbidden");
    member.removes("bob").await.refuses(403, "forbidden");
}

#[tokio::test]
async fn an_invite_dies_with_its_inviters_right() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com", "roles": ["editor"]})).await;
    let link = bob.invited(json!({"link": {"max_uses": 3}})).await;
    let ada = app.person("ada");

    alice.gives_roles("bob", json!(["member"])).await.is(200);
    for token in [&invited.token, &link.token] {
        ada.accepts(token).await.refuses(410, "inviter_gone");
        app.nobody().previews(token).await.refuses(410, "inviter_gone");
        app.nobody().opens(token).await.is(410);
    }
    // What is given back counts again: the right is looked up when it is used.
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    app.nobody().previews(&invited.token).await.is(200);
    alice.removes("bob").await.is(204);
    ada.accepts(&invited.token).await.refuses(410, "inviter_gone");
    ada.accepts(&link.token).await.refuses(410, "inviter_gone");
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn an_invite_dies_with_the_policy_that_it_was_made_under() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com"})).await;
    alice.sets_policy(json!({"who_may_invite": "owners"})).await;
    app.person("ada").accepts(&invited.token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn the_roles_are_weighed_again_when_the_invite_is_accepted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    let invited = bob.invited(json!({"email": "ada@example.com", "roles": ["owner"]})).await;
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    app.person("ada").accepts(&invited.token).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn a_change_of_others_leaves_an_invite_alone() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["member"])).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    alice.gives_roles("bob", json!(["editor"])).await.is(200);
    alice.removes("bob").await.is(204);
    app.person("ada").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_removed_member_has_no_way_back() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    // Invited by id, and by an address that the directory doesn't know yet, ada comes by a link
    // instead: her own invites stay pending.
    let by_id = alice.invited(json!({"user_id": "ada"})).await;
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    ada.puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
    let for_eve = alice.invited(json!({"email": "eve@example.com"})).await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    ada.accepts(&link.token).await.is(200);

    alice.removes("ada").await.is(204);
    ada.accepts(&by_address.token).await.refuses(410, "invite_revoked");
    ada.accepts(&by_id.token).await.refuses(410, "invite_revoked");
    assert!(ada.looks_into_inbox().await.data().is_empty());
    assert_eq!(alice.lists("?state=pending").await.each("id"), [for_eve.id.as_str()]);
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn a_removed_member_whom_the_directory_does_not_know_has_no_way_back() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    let link = alice.invited(json!({"link": {"max_uses": 1}})).await;
    ada.accepts(&link.token).await.is(200);
    alice.removes("ada").await.is(204);
    ada.accepts(&by_address.token).await.refuses(410, "invite_revoked");
}

#[tokio::test]
async fn the_last_owner_can_neither_leave_nor_step_down() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.removes("alice").await.refuses(409, "last_owner");
    alice.gives_roles("alice", json!(["admin"])).await.refuses(409, "last_owner");
    alice.gives_roles("bob", json!(["owner"])).await.is(200);
    alice.removes("alice").await.is(204);
    bob.gives_roles("bob", json!(["member"])).await.refuses(409, "last_owner");
    alice.gets(&format!("/v1/groups/{GROUP}")).await.refuses(404, "group_not_found");
}

#[tokio::test]
async fn an_owner_who_came_by_invite_counts_as_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    alice.removes("alice").await.is(204);
    bob.removes("bob").await.refuses(409, "last_owner");
}
