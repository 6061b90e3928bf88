//! The errors of docs/contracts/rownd.md#errors.

use harness::{App, GROUP};
use serde_json::json;

use super::{editor, fails, invite, invites, made, names};

#[tokio::test]
async fn a_missing_invalid_or_expired_token_is_refused() {
    let app = App::start().await;
    app.owner().await;
    let nobody = app.nobody();
    let answer =
        fails(nobody.posts(&invites(), &editor("ada@example.com")).await, 401, "E_UNAUTHENTICATED");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"beckon\"");
    for header in ["Bearer x", "Bearer a.b.c", "Basic YTpi", "x", "Bearer "] {
        let request = nobody
            .request(reqwest::Method::POST, &invites())
            .header("authorization", header)
            .json(&editor("ada@example.com"));
        let answer = fails(nobody.sends(request).await, 401, "E_UNAUTHENTICATED");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{header}");
    }
    let short = app.user("alice").claim("expires_in", json!(60));
    let token = short.signs_in().await.unwrap();
    app.advance(3600);
    let request = nobody.request(reqwest::Method::GET, &invites()).bearer_auth(token);
    fails(nobody.sends(request).await, 401, "E_TOKEN_EXPIRED");
}

#[tokio::test]
async fn every_endpoint_checks_the_token_first() {
    let app = App::start().await;
    let nobody = app.nobody();
    let (one, group) = (invite("1"), format!("/me/groups/{GROUP}"));
    let member = format!("{group}/members/member_x");
    for path in ["/me/groups", &group, &invites(), &one, &format!("{group}/members"), &member] {
        fails(nobody.gets(path).await, 401, "E_UNAUTHENTICATED");
    }
    for path in ["/me/groups", &invites(), &format!("{one}/accept"), &format!("{group}/members")] {
        fails(nobody.posts(path, &json!(1)).await, 401, "E_UNAUTHENTICATED");
    }
    for path in [&group, &one, &member] {
        fails(nobody.puts(path, &json!(1)).await, 401, "E_UNAUTHENTICATED");
        fails(nobody.deletes(path).await, 401, "E_UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn unknown_groups_and_groups_of_others_get_the_same_answer() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = made(&alice, editor("ada@example.com")).await;
    let eve = app.person("eve");
    let unknown = fails(
        eve.posts("/me/groups/9/invites", &editor("bob@example.com")).await,
        404,
        "E_GROUP_NOT_FOUND",
    );
    let foreign =
        fails(eve.posts(&invites(), &editor("bob@example.com")).await, 404, "E_GROUP_NOT_FOUND");
    assert_eq!(unknown.text, foreign.text);
    fails(
        eve.posts("/me/groups/%23/invites", &editor("bob@example.com")).await,
        404,
        "E_GROUP_NOT_FOUND",
    );
    let group = format!("/me/groups/{GROUP}");
    for path in [
        &group,
        &invites(),
        &invite(&made.id),
        &format!("{group}/members"),
        &format!("{group}/members/member_alice"),
    ] {
        fails(eve.gets(path).await, 404, "E_GROUP_NOT_FOUND");
    }
    for path in [&group, &invite(&made.id), &format!("{group}/members/member_alice")] {
        fails(
            eve.puts(path, &json!({"roles": ["member"], "name": "x"})).await,
            404,
            "E_GROUP_NOT_FOUND",
        );
        fails(eve.deletes(path).await, 404, "E_GROUP_NOT_FOUND");
    }
    // Accepting an invite that is addressed to another person looks like an unknown invite.
    fails(
        eve.posts(&format!("{}/accept", invite(&made.id)), &json!({})).await,
        404,
        "E_INVITE_NOT_FOUND",
    );
    fails(eve.posts("/me/groups/9/invites/1/accept", &json!({})).await, 404, "E_INVITE_NOT_FOUND");
    fails(alice.gets(&invite("x")).await, 404, "E_INVITE_NOT_FOUND");
    fails(alice.gets(&invite("1")).await, 404, "E_INVITE_NOT_FOUND");
}

#[tokio::test]
async fn only_owners_can_handle_invites_under_any_policy() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"who_may_invite": "members"})).await;
    let first = made(&alice, editor("ada@example.com")).await;
    for role in ["admin", "editor", "member"] {
        let person = app.person(&format!("{role}1"));
        alice.takes_in(&person, json!([role])).await;
        fails(person.posts(&invites(), &editor("bob@example.com")).await, 403, "E_FORBIDDEN");
        fails(person.gets(&invites()).await, 403, "E_FORBIDDEN");
        fails(person.gets(&invite(&first.id)).await, 403, "E_FORBIDDEN");
        fails(
            person.puts(&invite(&first.id), &json!({"roles": ["member"]})).await,
            403,
            "E_FORBIDDEN",
        );
        fails(person.deletes(&invite(&first.id)).await, 403, "E_FORBIDDEN");
    }
    let second = app.person("second");
    alice.takes_in(&second, json!(["owner"])).await;
    made(&second, json!({"roles": ["owner"], "email": "bob@example.com"})).await;
}

#[tokio::test]
async fn an_invite_of_a_former_owner_cannot_be_accepted() {
    let app = App::start().await;
    let alice = app.owner().await;
    let second = app.person("second");
    alice.takes_in(&second, json!(["owner"])).await;
    let invited = made(&second, editor("ada@example.com")).await;
    alice.gives_roles("second", json!(["admin"])).await.is(200);
    let accept = format!("{}/accept", invite(&invited.id));
    fails(app.person("ada").posts(&accept, &json!({})).await, 410, "E_INVITER_GONE");
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let app = App::start().await;
    let alice = app.owner().await;
    names(alice.posts(&invites(), &json!({"email": "ada@example.com"})).await, "roles");
    names(
        alice.posts(&invites(), &json!({"email": "ada@example.com", "roles": []})).await,
        "roles",
    );
    fails(alice.posts(&invites(), &json!({"roles": ["editor"]})).await, 400, "E_INVALID_BODY");
    for two in [("email", "phone"), ("email", "user_id"), ("phone", "user_id")] {
        let mut body = json!({"roles": ["editor"]});
        for field in [two.0, two.1] {
            body[field] = json!(
                ["ada@example.com", "+19199993333", "ada"]
                    [["email", "phone", "user_id"].iter().position(|x| *x == field).unwrap()]
            );
        }
        fails(alice.posts(&invites(), &body).await, 400, "E_INVALID_BODY");
    }
    names(alice.posts(&invites(), &editor("ada")).await, "email");
}

#[tokio::test]
async fn members_and_the_caller_cannot_be_invited() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    alice.takes_in(&ada, json!(["member"])).await;
    ada.puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
    for body in [
        editor("ada@example.com"),
        json!({"roles": ["editor"], "user_id": "ada"}),
        json!({"roles": ["editor"], "user_id": "alice"}),
    ] {
        fails(alice.posts(&invites(), &body).await, 409, "E_ALREADY_MEMBER");
    }
    fails(
        alice.posts(&invites(), &json!({"roles": ["editor"], "user_id": "nobody"})).await,
        404,
        "E_USER_NOT_FOUND",
    );
}

#[tokio::test]
async fn an_inviter_over_the_rate_limit_gets_429() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "1")]).await;
    let alice = app.owner().await;
    made(&alice, editor("ada@example.com")).await;
    let answer =
        fails(alice.posts(&invites(), &editor("bob@example.com")).await, 429, "E_RATE_LIMITED");
    assert!(
        answer
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| (1..=3600).contains(&seconds)),
        "{:?}",
        answer.headers
    );
}

#[tokio::test]
async fn a_group_s_policy_applies_to_this_api() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 0})).await;
    let answer =
        fails(alice.posts(&invites(), &editor("ada@example.com")).await, 429, "E_PENDING_LIMIT");
    assert_eq!(answer.header("retry-after"), "3600");
    alice.sets_policy(json!({"max_pending": 10, "blocked_domains": ["example.com"]})).await;
    fails(alice.posts(&invites(), &editor("ada@example.com")).await, 403, "E_DOMAIN_NOT_ALLOWED");
    alice.sets_policy(json!({"blocked_domains": []})).await;
    let pending = made(&alice, editor("ada@example.com")).await;
    alice.sets_policy(json!({"frozen": true})).await;
    fails(alice.posts(&invites(), &editor("bob@example.com")).await, 403, "E_FORBIDDEN");
    fails(
        alice.puts(&invite(&pending.id), &json!({"roles": ["member"]})).await,
        403,
        "E_FORBIDDEN",
    );
    fails(
        app.person("ada").posts(&format!("{}/accept", invite(&pending.id)), &json!({})).await,
        403,
        "E_FORBIDDEN",
    );
}
