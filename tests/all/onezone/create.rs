//! Creates tokens: permissions, the order of checks, and the token itself.

use harness::{App, seconds};
use serde_json::json;
use shared::domain::macaroon::Macaroon;

use super::{
    BAD_TOKEN, CREATE, FORBIDDEN, NOT_FOUND, NOT_UNDERSTOOD, PREFIX, creates_token, fails, joins,
    requests_token, sends, token_in,
};

const WEEK: i64 = 7 * 86_400;

#[tokio::test]
async fn every_form_of_the_request_creates_a_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let answer = requests_token(&alice).await.is(200);
    let token = answer.text_at("/token").to_owned();
    assert_eq!(answer.text, format!("{{\"token\":\"{token}\"}}"));
    assert_eq!(
        (answer.header("content-type"), answer.header("cache-control")),
        ("application/json", "no-store")
    );

    let mut tokens = vec![token];
    for path in [CREATE.to_owned(), format!("{PREFIX}{CREATE}")] {
        for (kind, body) in [
            (None, ""),
            (None, "{}"),
            (Some("application/json"), ""),
            (Some("application/json"), "{ }"),
            (
                Some("Application/JSON; charset=utf-8"),
                r#"{"usageLimit":9,"group":"other","roles":["owner"],"a":{"b":[1,1]},"a":2}"#,
            ),
        ] {
            tokens.push(token_in(sends(&alice, &path, kind, body).await));
        }
    }
    let count = tokens.len();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), count, "each token is unique");
}

#[tokio::test]
async fn a_token_is_a_macaroon_for_one_use_within_a_week() {
    let app = App::start().await;
    let alice = app.owner().await;
    let token = creates_token(&alice).await;
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    let macaroon = Macaroon::parse(&token).unwrap();
    assert!(
        macaroon.to_base64url().starts_with("MDAxNWxvY2F0aW9uIG9uZXpvbmUK"),
        "the first packet is `location onezone`"
    );

    let listed = alice.lists("?state=pending").await.is(200);
    let invite = &listed.data()[0];
    assert_eq!(listed.data().len(), 1);
    assert_eq!(
        invite["invitee"],
        json!({"kind": "link", "max_uses": 1, "uses": 0, "allowed_domains": []})
    );
    assert_eq!(
        (&invite["roles"], &invite["delivery"]["state"]),
        (&json!(["member"]), &json!("not_requested"))
    );
    let end = seconds(invite["expires_at"].as_str().unwrap());
    assert_eq!(end, seconds(invite["created_at"].as_str().unwrap()) + WEEK);
    assert_eq!(
        macaroon.identifier().unwrap(),
        format!("1.3773.{}.1", invite["id"].as_str().unwrap())
    );
    // All packets are exact, except the signature.
    let packets = format!(
        "0015location onezone\n{:04x}identifier {}\n002ccid tokenType = group_invite_user_token\n001acid time < {end}\n002fsignature ",
        16 + macaroon.identifier().unwrap().len(),
        macaroon.identifier().unwrap()
    );
    let bytes = base64_url(&macaroon.to_base64url());
    assert_eq!(bytes.len(), packets.len() + 33);
    assert_eq!(String::from_utf8_lossy(&bytes[..packets.len()]), packets);
}

fn base64_url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[tokio::test]
async fn owners_admins_and_members_with_the_privilege_can_create_tokens() {
    let app = App::start().await;
    let alice = app.owner().await;
    // The policy `who_may_invite` applies to the native API only.
    alice.sets_policy(json!({"who_may_invite": "owners"})).await;
    let (admin, editor, member) = (app.person("admin"), app.person("editor"), app.person("member"));
    alice.takes_in(&admin, json!(["admin"])).await;
    alice.takes_in(&editor, json!(["editor"])).await;
    alice.takes_in(&member, json!(["member"])).await;
    creates_token(&alice).await;
    creates_token(&admin).await;
    fails(requests_token(&editor).await, 403, FORBIDDEN);
    fails(requests_token(&member).await, 403, FORBIDDEN);
    alice.sets_policy(json!({"who_may_invite": "members"})).await;
    fails(requests_token(&member).await, 403, FORBIDDEN);

    let path = "/v1/groups/3773/members/member";
    let granted = alice.patches(path, &json!({"privileges": ["group_invite_user"]})).await.is(200);
    assert_eq!(granted.json["privileges"], json!(["group_invite_user"]));
    let (used, unused) = (creates_token(&member).await, creates_token(&member).await);
    joins(&app.user("ada"), &used).await.is(201);

    alice.patches(path, &json!({"privileges": []})).await.is(200);
    fails(requests_token(&member).await, 403, FORBIDDEN);
    // The member's earlier token works only while the member has the privilege.
    fails(joins(&app.user("bob"), &unused).await, 400, BAD_TOKEN);
    assert_eq!(alice.sees_members().await, ["ada", "admin", "alice", "editor", "member"]);
    alice.patches(path, &json!({"privileges": ["group_invite_user"]})).await.is(200);
    // The lost privilege ended the token, so it stays dead.
    fails(joins(&app.user("bob"), &unused).await, 400, BAD_TOKEN);
    joins(&app.user("bob"), &creates_token(&member).await).await.is(201);
}

#[tokio::test]
async fn an_outsider_cannot_tell_which_groups_exist() {
    let app = App::start().await;
    app.owner().await;
    let eve = app.person("eve");
    let unknown = ["none", "_system", "x%23y", "..%2f3773", "%20"]
        .map(|id| format!("/groups/{id}/users/token"));
    for path in unknown
        .into_iter()
        .chain([CREATE.to_owned(), format!("/groups/{}/users/token", "9".repeat(4096))])
    {
        for (kind, body) in [(None, ""), (Some("text/plain"), "x"), (None, "null"), (None, "{")] {
            fails(sends(&eve, &path, kind, body).await, 404, NOT_FOUND);
        }
    }
    // An id with an invisible character says so, and nothing about groups.
    let named = format!(
        "{NOT_FOUND} The value has an invisible character inside; remove it. It is U+000A LINE FEED."
    );
    fails(sends(&eve, "/groups/37%0a73/users/token", None, "").await, 404, &named);
}

#[tokio::test]
async fn permissions_are_checked_before_the_body() {
    let app = App::start().await;
    let alice = app.owner().await;
    let member = app.person("member");
    alice.takes_in(&member, json!(["member"])).await;
    for (kind, body) in [(None, "null"), (Some("text/plain"), ""), (None, "x")] {
        fails(sends(&member, CREATE, kind, body).await, 403, FORBIDDEN);
        assert_eq!(sends(&app.nobody(), CREATE, kind, body).await.status, 401);
    }
}

#[tokio::test]
async fn a_body_must_be_empty_or_a_json_object() {
    let app = App::start().await;
    let alice = app.owner().await;
    let table = app.table().await;
    for body in [
        "null",
        "[]",
        "[{}]",
        "\"x\"",
        "1",
        "true",
        "{",
        "{}x",
        "{}{}",
        " ",
        "nul",
        "{'a':1}",
        "{\"a\":01}",
        "data=x",
        "\u{feff}{}",
    ] {
        fails(sends(&alice, CREATE, Some("application/json"), body).await, 400, NOT_UNDERSTOOD);
        fails(sends(&alice, CREATE, None, body).await, 400, NOT_UNDERSTOOD);
    }
    fails(
        sends(&alice, CREATE, Some("application/json"), &b"{\"a\":\"\xff\"}"[..]).await,
        400,
        NOT_UNDERSTOOD,
    );
    fails(
        sends(&alice, CREATE, Some("application/json"), "[".repeat(10_000)).await,
        400,
        NOT_UNDERSTOOD,
    );
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/jsonp",
    ] {
        let sentence = "Provided data must be of type application/json";
        fails(sends(&alice, CREATE, Some(kind), "{}").await, 415, sentence);
    }
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1024 * 1024));
    fails(
        sends(&alice, CREATE, Some("application/json"), large).await,
        413,
        "Provided data may have at most 65536 bytes",
    );
    let html = alice.request(reqwest::Method::POST, CREATE).header("accept", "text/html");
    fails(alice.sends(html).await, 406, "Answers are of type application/json");
    assert_eq!(app.table().await, table);
}

#[tokio::test]
async fn a_group_s_policy_applies_to_tokens_as_to_links() {
    let app = App::start().await;
    let alice = app.person("alice");
    alice.creates_group_with(json!({"max_members": 2})).await;
    let (first, second) = (creates_token(&alice).await, creates_token(&alice).await);
    for policy in ["links", "frozen"] {
        let (on, off) = if policy == "links" { (false, true) } else { (true, false) };
        alice.sets_policy(json!({ policy: on })).await;
        fails(requests_token(&alice).await, 403, FORBIDDEN);
        fails(joins(&app.user("ada"), &first).await, 403, FORBIDDEN);
        alice.sets_policy(json!({ policy: off })).await;
    }
    alice.sets_policy(json!({"allowed_domains": ["example.org"]})).await;
    fails(joins(&app.person("ada"), &first).await, 403, FORBIDDEN);
    alice.sets_policy(json!({"allowed_domains": []})).await;
    joins(&app.person("ada"), &first).await.is(201);
    fails(
        joins(&app.person("bob"), &second).await,
        403,
        "The group has as many members as it may have.",
    );
    // A refused token is still acceptable later.
    alice.sets_policy(json!({"max_members": 3})).await;
    joins(&app.person("bob"), &second).await.is(201);
}

#[tokio::test]
async fn exceeding_the_rate_or_pending_limit_gets_429() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "2")]).await;
    let alice = app.owner().await;
    creates_token(&alice).await;
    creates_token(&alice).await;
    let refused = fails(requests_token(&alice).await, 429, "Too many requests; try again later");
    assert!(
        refused
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| (1..=3600).contains(&seconds))
    );

    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 1})).await;
    let token = creates_token(&alice).await;
    let refused = fails(
        requests_token(&alice).await,
        429,
        "The group has reached its limit of pending invites",
    );
    assert_eq!(refused.header("retry-after"), "3600");
    joins(&app.user("ada"), &token).await.is(201);
}
