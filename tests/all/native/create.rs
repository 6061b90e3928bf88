//! Creating an invite: the rights, the roles, the domains and the limits.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn the_group_s_policy_decides_who_may_invite() {
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
async fn a_caller_without_the_right_to_invite_does_not_learn_that_the_group_is_full() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 1})).await;
    alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.user("eve")
        .invites(json!({"email": "eve@example.com"}))
        .await
        .refuses(404, "group_not_found");
}

#[tokio::test]
async fn a_member_cannot_grant_a_role_above_their_own() {
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
async fn only_addresses_of_allowed_domains_can_be_invited() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"allowed_domains": ["Example.com", "münchen.example"], "blocked_domains": ["sub.example.com"]})).await;
    for address in ["ada@EXAMPLE.com", "ada@xn--mnchen-3ya.example"] {
        alice.invites(json!({"email": address})).await.is(201);
    }
    for address in [
        "ada@example.org",
        "ada@evilexample.com",
        "ada@sub.example.com",
        "ada@example.com.evil.org",
    ] {
        alice.invites(json!({"email": address})).await.refuses(403, "domain_not_allowed");
        alice
            .invites(json!({"person": {"email": address}}))
            .await
            .refuses(403, "domain_not_allowed");
    }
    // A change keeps the fields that it does not name.
    alice.sets_policy(json!({"links": false})).await;
    alice.invites(json!({"email": "ada@example.org"})).await.refuses(403, "domain_not_allowed");
    alice.sets_policy(json!({"allowed_domains": [], "blocked_domains": ["example.com"]})).await;
    alice.invites(json!({"email": "eve@example.com"})).await.refuses(403, "domain_not_allowed");
    alice.invites(json!({"email": "eve@example.org"})).await.is(201);
}

#[tokio::test]
async fn an_invite_expires_after_seven_days_by_default() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await.json;
    let at = |field: &str| harness::seconds(invited[field].as_str().unwrap());
    assert_eq!(at("expires_at") - at("created_at"), 7 * 86_400);
}

#[tokio::test]
async fn a_person_cannot_be_invited_twice_while_an_invite_is_pending() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    for body in [
        json!({"email": "ada@example.com"}),
        json!({"email": "ADA@EXAMPLE.COM"}),
        json!({"person": {"email": "ada@example.com"}}),
    ] {
        let refused = alice.invites(body).await.refuses(409, "invite_already_pending");
        assert_eq!(refused.json["invite_id"], json!(first.id));
        assert!(!refused.text.contains("bkn_"));
    }
    app.person("ada").accepts(&first.token).await.is(200);
}

#[tokio::test]
async fn a_group_has_at_most_max_pending_invites_and_a_revoked_one_frees_its_slot() {
    let app = App::start().await;
    let alice = app.owner().await;
    // The limit is above the 25 invites that the first query counts (ADR 0012).
    alice.sets_policy(json!({"max_pending": 30})).await;
    let address = |at: usize| json!({"email": format!("ada-{at}@example.com"), "notify": false});
    let mut made = Vec::new();
    for at in 0..29 {
        made.push(alice.invited(address(at)).await);
    }
    alice.invited(address(29)).await;
    alice.invites(address(30)).await.refuses(429, "pending_limit");

    alice.revokes(&made[0].id).await.is(200);
    alice.invited(address(30)).await;
    alice.invites(address(31)).await.refuses(429, "pending_limit");
}
