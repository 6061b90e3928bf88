//! The checks of docs/contracts/evanta.md#order-of-checks, and invalid bodies.

use harness::{App, GROUP};
use serde_json::{Value, json};

use super::acts::{AtEvanta, EvantaAnswer};
use super::{A_MEMBER, ACCESS_DENIED, INVITED, TAKEN, missing, owner_and_invitee, write_user};

const INVITES: &str = "/group_invites";
const MEMBERS: &str = "/group_members";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Each request fails several checks of docs/contracts/evanta.md#order-of-checks. The first one
/// determines the answer.
#[tokio::test]
async fn checks_run_in_the_documented_order() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let stranger = app.user("29901");
    let invite =
        |user: Value, group: Value| json!({"group_invite": {"user_id": user, "group_id": group}});
    // The credentials precede the body.
    app.nobody().sends_body(INVITES, "text/plain", "x").await.has_body(401, ACCESS_DENIED);
    // The body precedes the group.
    stranger
        .posts(INVITES, &json!({"user_id": 1, "group_id": 1}))
        .await
        .has_body(400, &missing("group_invite"));
    // The group precedes the right to invite.
    stranger.posts(INVITES, &invite(json!(29845), json!(3774))).await.has_no_body(404);
    stranger.posts(INVITES, &json!({"group_invite": {"user_id": 29845}})).await.has_no_body(404);
    // The right to invite precedes the user, because a stranger must not learn which users exist.
    stranger.posts(INVITES, &invite(json!(29846), json!(3773))).await.has_no_body(403);
    stranger.posts(INVITES, &invite(json!("no id"), json!(3773))).await.has_no_body(403);
    stranger.posts(INVITES, &json!({"group_invite": {"group_id": 3773}})).await.has_no_body(403);
    sonny.posts(INVITES, &invite(json!(29846), json!(3773))).await.has_no_body(403);
    owner.posts(INVITES, &invite(json!("no id"), json!(3773))).await.has_no_body(404);
    owner.posts(INVITES, &json!({"group_invite": {"group_id": 3773}})).await.has_no_body(404);
    owner.posts(INVITES, &invite(json!(29846), json!(3773))).await.has_no_body(404);
    // The user exists, but the caller may not invite.
    stranger.invites_user(29845).await.has_no_body(403);
    sonny.invites_user(29845).await.has_no_body(403);
    // The invitee has a pending invite, is a member, and is the caller.
    owner.invited_user().await;
    owner.invites_user(29845).await.has_body(422, TAKEN);
    stranger.invites_user(29845).await.has_no_body(403);
    sonny.joins(3773).await.is(201);
    owner.invites_user(29845).await.has_body(422, A_MEMBER);
    write_user(&app, "29842", &json!({})).await;
    owner.invites_user(29842).await.has_body(422, A_MEMBER);
    // A secret group is hidden from strangers, but not from members.
    owner.patches("/v1/groups/3773", &json!({"type": "secret"})).await.is(200);
    stranger.invites_user(29845).await.has_no_body(404);
    sonny.invites_user(29842).await.has_no_body(403);
    owner.patches("/v1/groups/3773", &json!({"type": "open"})).await.is(200);
    stranger.invites_user(29845).await.has_no_body(403);
}

#[tokio::test]
async fn only_an_owner_can_invite_under_any_policy() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    owner.sets_policy(json!({"who_may_invite": "members"})).await;
    write_user(&app, "29846", &json!({})).await;
    for role in ["member", "editor", "admin"] {
        let member = app.person(role);
        owner.takes_in(&member, json!([role])).await;
        member.invites_user(29846).await.has_no_body(403);
        member.gets("/group_invites/users/3773").await.has_no_body(403);
    }
    owner.takes_in(&sonny, json!(["owner"])).await;
    sonny.invites_user(29846).await.is(201);
    // The invite is not acceptable after its inviter loses the right to invite.
    owner.gives_roles(INVITED, json!(["admin"])).await.is(200);
    app.user("29846").joins(3773).await.has_no_body(403);
}

#[tokio::test]
async fn a_group_s_policy_applies_to_this_api() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    owner.sets_policy(json!({"frozen": true})).await;
    owner.invites_user(29845).await.has_no_body(403);
    let no_id = json!({"group_invite": {"user_id": "no/id", "group_id": 3773}});
    owner.posts("/group_invites", &no_id).await.has_no_body(403);
    owner.sets_policy(json!({"frozen": false})).await;
    owner.posts("/group_invites", &no_id).await.has_no_body(404);
    owner.invited_user().await;
    owner.sets_policy(json!({"frozen": true})).await;
    sonny.joins(3773).await.has_no_body(403);
    owner.sets_policy(json!({"frozen": false, "max_pending": 1})).await;
    write_user(&app, "29846", &json!({})).await;
    let answer = owner.invites_user(29846).await.has_body(429, r#"{"errors":["rate_limited"]}"#);
    assert_eq!(answer.header("retry-after"), "3600");
}

#[tokio::test]
async fn an_inviter_over_the_rate_limit_gets_429() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "2")]).await;
    let (owner, _) = owner_and_invitee(&app, "private").await;
    owner.invited_user().await;
    owner.invites_user(29845).await.has_body(422, TAKEN);
    let answer = owner.invites_user(29845).await.has_body(429, r#"{"errors":["rate_limited"]}"#);
    assert!(
        answer
            .header("retry-after")
            .parse::<i64>()
            .is_ok_and(|seconds| (1..=3600).contains(&seconds))
    );
}

#[tokio::test]
async fn a_stranger_who_guesses_user_ids_is_rate_limited() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "2")]).await;
    owner_and_invitee(&app, "private").await;
    let stranger = app.user("29901");
    for user in [29845, 29846] {
        stranger.invites_user(user).await.has_no_body(403);
    }
    stranger.invites_user(29847).await.has_body(429, r#"{"errors":["rate_limited"]}"#);
}

#[tokio::test]
async fn a_pending_directory_user_cannot_be_invited_by_id() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "private").await;
    owner.invited(json!({"person": {"email": "new@example.com", "first_name": "New"}})).await;
    let users = app.items("user").await;
    let pending = users
        .iter()
        .find(|user| user["state"]["S"] == "pending")
        .expect("the directory has a pending user");
    let id = pending["pk"]["S"].as_str().unwrap().trim_start_matches("U#");
    owner.invites_user(id).await.has_no_body(404);
}

#[tokio::test]
async fn ids_are_canonical_numbers_or_strings() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "private").await;
    write_user(&app, "18446744073709551615", &json!({})).await;
    let send = async |user: &str, group: &str| {
        owner
            .sends_body(
                INVITES,
                JSON,
                format!("{{\"group_invite\":{{\"user_id\":{user},\"group_id\":{group}}}}}"),
            )
            .await
    };
    for (user, group) in [
        ("29845.0", "3773"),
        ("2.9845e4", "3773"),
        ("-29845", "3773"),
        ("\"029845\"", "3773"),
        ("\"29 845\"", "3773"),
        ("\"298 45\"", "3773"),
        ("\"+29845\"", "3773"),
        ("\"29845.0\"", "3773"),
        ("\"٢٩٨٤٥\"", "3773"),
        ("\"\"", "3773"),
        ("\"a b\"", "3773"),
        ("\"29845#\"", "3773"),
        ("null", "3773"),
        ("true", "3773"),
        ("[29845]", "3773"),
        ("{\"id\":29845}", "3773"),
        ("9223372036854775807", "3773"),
        ("9223372036854775808", "3773"),
        ("-9223372036854775808", "3773"),
        ("18446744073709551616", "3773"),
        ("1e400", "3773"),
        ("29845", "3773.0"),
        ("29845", "3.773e3"),
        ("29845", "\"03773\""),
        ("29845", "\"_system\""),
        ("29845", "0"),
        ("29845", "null"),
        ("29845", "[3773]"),
        ("29845", "18446744073709551616"),
    ] {
        // 1e400 is out of range, so the body is malformed.
        let status = if user == "1e400" { 400 } else { 404 };
        assert_eq!(send(user, group).await.status, status, "{user} {group}");
    }
    assert_eq!(send("029845", "3773").await.status, 400);
    assert_eq!(send("29845", "03773").await.status, 400);
    let largest = send("18446744073709551615", "\"3773\"").await.is(201);
    assert_eq!(largest.json["group_invite"]["user"]["id"], "18446744073709551615");
    send("\"29845\"", "\"3773\"").await.is(201);
}

#[tokio::test]
async fn a_body_without_its_root_is_refused_and_nothing_is_written() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "open").await;
    let before = app.table().await;
    let right = r#"{"group_invite":{"user_id":29845,"group_id":3773}}"#;
    for (kind, body) in [
        (JSON, ""),
        (JSON, " "),
        (JSON, "{"),
        (JSON, "{}"),
        (JSON, "[]"),
        (JSON, "null"),
        (JSON, "\"group_invite\""),
        (JSON, "[{\"group_invite\":{\"user_id\":29845,\"group_id\":3773}}]"),
        (JSON, r#"{"user_id":29845,"group_id":3773}"#),
        (JSON, r#"{"group_member":{"user_id":29845,"group_id":3773}}"#),
        (JSON, r#"{"Group_Invite":{"user_id":29845,"group_id":3773}}"#),
        (JSON, r#"{"group_invite":{}}"#),
        (JSON, r#"{"group_invite":[29845,3773]}"#),
        (JSON, r#"{"group_invite":null}"#),
        (JSON, r#"{"group_invite":3773}"#),
        (JSON, r#"{"group_invite":{"user_id":29845,"user_id":29845,"group_id":3773}}"#),
        (
            JSON,
            r#"{"group_invite":{"user_id":29845,"group_id":3773},"group_invite":{"user_id":29845,"group_id":3773}}"#,
        ),
        (JSON, "{\"group_invite\":{\"user_id\":29845,\"group_id\":3773}}x"),
        (JSON, "\u{feff}{\"group_invite\":{\"user_id\":29845,\"group_id\":3773}}"),
        (JSON, "group_invite[user_id]=29845&group_invite[group_id]=3773"),
        (FORM, right),
        (FORM, ""),
        (FORM, "user_id=29845&group_id=3773"),
        (FORM, "group_invite=3773"),
        (
            FORM,
            "group_invite[user_id]=29845&group_invite[user_id]=29845&group_invite[group_id]=3773",
        ),
        ("text/plain", right),
        ("application/vnd.evanta.v1", right),
        ("multipart/form-data; boundary=x", right),
        ("", right),
    ] {
        let answer = owner.sends_body(INVITES, kind, body).await;
        assert_eq!(answer.status, 400, "{kind}: {body}");
        answer.has_body(400, &missing("group_invite"));
    }
    for body in [
        "",
        "{}",
        r#"{"group_id":3773}"#,
        r#"{"group_member":{}}"#,
        r#"{"group_invite":{"group_id":3773}}"#,
    ] {
        sonny.sends_body(MEMBERS, JSON, body).await.has_body(400, &missing("group_member"));
    }
    assert_eq!(app.table().await, before);
    for path in [INVITES, MEMBERS] {
        let body = format!("{right}{}", " ".repeat(1 << 20));
        owner.sends_body(path, JSON, body).await.has_body(413, r#"{"errors":["body_too_large"]}"#);
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_form_body_works_like_json() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let body = "utf8=%E2%9C%93&group_invite%5Buser_id%5D=29845&group_invite%5Bgroup_id%5D=3773&group_invite[created_by]=1";
    let answer = owner.sends_body(INVITES, &format!("{FORM}; charset=UTF-8"), body).await.is(201);
    assert_eq!(answer.json["group_invite"]["user"]["id"], 29845);
    owner.sends_body(INVITES, FORM, "group_invite[user_id]=29845").await.has_no_body(404);
    owner
        .sends_body(INVITES, FORM, "group_invite[user_id][]=29845&group_invite[group_id]=3773")
        .await
        .has_no_body(404);
    sonny.sends_body(MEMBERS, FORM, "group_member[group_id]=3773").await.is(201);
    assert_eq!(owner.sees_members().await, ["29842", INVITED]);
}

#[tokio::test]
async fn unknown_json_fields_are_ignored() {
    let app = App::start().await;
    let (owner, _) = owner_and_invitee(&app, "private").await;
    let body = json!({"x": 1, "group_invite": {"created_by": 1, "user_id": "29845", "group_id": GROUP, "user": {}}});
    owner.sends_body(INVITES, "Application/JSON; charset=utf-8", body.to_string()).await.is(201);
}
