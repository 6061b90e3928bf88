//! Requests that aren't right: each refused with its code, nothing written, no mail.

use harness::{Answer, App};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/v1/groups/3773/invites";

/// Bodies that are no JSON.
const MALFORMED: &[&[u8]] = &[
    b"",
    b" ",
    b"{",
    b"{\"email\":\"ada@example.com\"",
    b"{\"email\":\"ada@example.com\"}x",
    b"{\"email\":\"ada@example.com\"}{\"email\":\"eve@example.com\"}",
    b"{\"email\":\"ada@example.com\",}",
    b"{'email':'ada@example.com'}",
    b"// note\n{\"email\":\"ada@example.com\"}",
    b"\xef\xbb\xbf{\"email\":\"ada@example.com\"}",
    b"\xff\xfe{\x00}\x00",
    b"{\"email\":\"\xc0\xaf@example.com\"}",
    b"{\"email\":\"\\ud800@example.com\"}",
    b"{\"email\":\"ada\n@example.com\"}",
    b"{\"expires_in\":NaN,\"email\":\"ada@example.com\"}",
    b"{\"expires_in\":01,\"email\":\"ada@example.com\"}",
    b"{\"expires_in\":+600,\"email\":\"ada@example.com\"}",
    b"email=ada@example.com",
];

/// An invite of ada with this field besides.
fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"email": "ada@example.com"});
    body[field] = value;
    body
}

/// Bodies of JSON that are not right, with the place and the code.
fn wrong() -> Vec<(Value, &'static str, &'static str)> {
    let mut wrong = vec![
        (json!(null), "", "wrong_type"),
        (json!([]), "", "wrong_type"),
        (json!("x"), "", "wrong_type"),
        (json!(1), "", "wrong_type"),
        (json!({}), "", "one_of"),
        (json!({"roles": ["member"]}), "", "one_of"),
        (json!({"email": "ada@example.com", "link": {}}), "", "one_of"),
        (json!({"email": "ada@example.com", "user_id": "29845"}), "", "one_of"),
        (json!({"email": null}), "", "one_of"),
        (json!({"user_id": ""}), "/user_id", "invalid_user_id"),
        (json!({"user_id": 29845}), "/user_id", "wrong_type"),
        (json!({"user_id": "a b"}), "/user_id", "invalid_user_id"),
        (json!({"user_id": {"$gt": 0}}), "/user_id", "wrong_type"),
        (json!({"phone": "919-999-3333"}), "/phone", "invalid_phone"),
        (json!({"phone": 19_199_993_333_u64}), "/phone", "wrong_type"),
        (json!({"phone": "+0123456789"}), "/phone", "invalid_phone"),
        (
            json!({"account": {"membership_type": -1, "membership_id": "1"}}),
            "/account",
            "invalid_account",
        ),
        (
            json!({"account": {"membership_type": 3, "membership_id": "x"}}),
            "/account",
            "invalid_account",
        ),
        (json!({"account": {"membership_type": 3}}), "/account/membership_id", "required"),
        (json!({"person": {}}), "/person/email", "required"),
        (
            json!({"person": {"email": "ada@example.com", "first_name": "a\u{0}b"}}),
            "/person/first_name",
            "control_character",
        ),
        (
            json!({"person": {"email": "ada@example.com", "name": "Ada"}}),
            "/person/name",
            "unknown_field",
        ),
        (json!({"link": {"max_uses": 0}}), "/link/max_uses", "invalid_max_uses"),
        (json!({"link": {"max_uses": 1_000_001}}), "/link/max_uses", "invalid_max_uses"),
        (json!({"link": {"max_uses": -1}}), "/link/max_uses", "wrong_type"),
        (json!({"link": {"max_uses": 1.5}}), "/link/max_uses", "wrong_type"),
        (json!({"link": {"uses": 5}}), "/link/uses", "unknown_field"),
        (
            json!({"link": {"allowed_domains": ["@example.com"]}}),
            "/link/allowed_domains",
            "invalid_domain",
        ),
        (json!({"link": {}, "identity_policy": "strict"}), "/identity_policy", "link_is_bearer"),
        (json!({"link": {}, "expires_in": 299}), "/expires_in", "invalid_lifetime"),
        (with("roles", json!("member")), "/roles", "wrong_type"),
        (with("roles", json!([])), "/roles", "invalid_roles"),
        (with("roles", json!(["member", "member"])), "/roles", "invalid_roles"),
        (
            with("roles", json!((0..17).map(|n| format!("r{n}")).collect::<Vec<_>>())),
            "/roles",
            "invalid_roles",
        ),
        (with("roles", json!([1])), "/roles/0", "wrong_type"),
        (with("message", json!(1)), "/message", "wrong_type"),
        (with("message", json!("é".repeat(501))), "/message", "message_too_long"),
        (with("message", json!("a\u{0}b")), "/message", "control_character"),
        (with("message", json!("a\r\nBcc: eve@example.com")), "/message", "control_character"),
        (with("message", json!("\u{1b}[31m")), "/message", "control_character"),
        (with("metadata", json!([])), "/metadata", "wrong_type"),
        (with("metadata", json!({"k": "x".repeat(4089)})), "/metadata", "metadata_too_large"),
        (with("expires_in", json!(299)), "/expires_in", "invalid_lifetime"),
        (with("expires_in", json!(31_536_001)), "/expires_in", "invalid_lifetime"),
        (with("expires_in", json!(-1)), "/expires_in", "invalid_lifetime"),
        (with("expires_in", json!(i64::MAX)), "/expires_in", "invalid_lifetime"),
        (with("expires_in", json!(null)), "/expires_in", "invalid_lifetime"),
        (with("expires_in", json!("600")), "/expires_in", "wrong_type"),
        (with("expires_in", json!(600.5)), "/expires_in", "wrong_type"),
        (with("notify", json!("yes")), "/notify", "wrong_type"),
        (with("identity_policy", json!("none")), "/identity_policy", "unknown_value"),
        (with("identity_policy", json!(1)), "/identity_policy", "wrong_type"),
    ];
    for role in ["", "Owner", " owner", "owner ", "owner,editor", "оwner", "owner\u{0}", "member\n"]
    {
        wrong.push((with("roles", json!(["member", role])), "/roles/1", "invalid_role"));
    }
    for field in [
        "id",
        "state",
        "created_by",
        "resolved_by",
        "token",
        "url",
        "etag",
        "group",
        "generation",
        "__proto__",
        "$ne",
        "rolse",
    ] {
        wrong.push((with(field, json!("x")), "", "unknown_field"));
    }
    for address in [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "a@b@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "\"a b\"@example.com",
        "ada@[127.0.0.1]",
        "ada@example..com",
        ".ada@example.com",
        "ada@-example.com",
        "ada,eve@example.com",
        "ada@example.com,eve@example.com",
        "ada@example.com;eve@example.com",
        "=?utf-8?q?ada=40example.com?=",
        "adа@example.com",
        "ada@exam ple.com",
        "mailto:ada@example.com",
    ] {
        wrong.push((json!({"email": address}), "/email", "invalid_email"));
    }
    for url in [
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example@evil.example/",
        "https://app.example.evil.example/",
        "/ok\r\nSet-Cookie: a=1",
        "evil",
        "http://app.example/",
    ] {
        wrong.push((with("redirect_url", json!(url)), "/redirect_url", "redirect_not_allowed"));
    }
    wrong
}

#[tokio::test]
async fn what_is_not_right_is_refused_and_leaves_nothing() {
    let app = App::with_settings(&[
        ("REDIRECT_ORIGINS", "https://app.example"),
        ("LIMIT_INVITES_PER_INVITER_HOUR", "1000"),
    ])
    .await;
    let alice = app.owner().await;
    let send = |content_type: &str, body: Vec<u8>| {
        alice.sends(
            alice.request(Method::POST, PATH).header("content-type", content_type).body(body),
        )
    };
    for body in MALFORMED {
        let answer = send("application/json", body.to_vec()).await;
        let text = String::from_utf8_lossy(body).into_owned();
        assert_eq!(answer.json["code"], "malformed_body", "{text:?}: {}", answer.text);
        answer.refuses(400, "malformed_body");
    }
    let deep = format!("{{\"email\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let answer = send("application/json", deep.into_bytes()).await;
    assert!(matches!(answer.status, 400 | 422), "{}", answer.text);
    let duplicate = br#"{"email":"ada@example.com","email":"eve@example.com"}"#.to_vec();
    send("application/json", duplicate).await.refuses(422, "invalid_body");

    for (body, pointer, code) in wrong() {
        let answer = alice.invites(body.clone()).await;
        let found = (answer.status, answer.json["errors"][0]["code"].as_str());
        assert_eq!(found, (422, Some(code)), "{body}: {}", answer.text);
        // Where a field is unknown, the field itself is pointed at.
        let expected = if code == "unknown_field" && pointer.is_empty() {
            unknown(&body)
        } else {
            pointer.to_owned()
        };
        answer.refuses(422, "invalid_body").points_at(&expected, code);
    }

    let good = br#"{"email":"ada@example.com"}"#;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "application/jsonp",
    ] {
        send(content_type, good.to_vec()).await.refuses(415, "unsupported_media_type");
    }
    let untyped = alice.sends(alice.request(Method::POST, PATH).body(good.to_vec())).await;
    untyped.refuses(415, "unsupported_media_type");

    assert!(alice.lists("").await.is(200).data().is_empty());
    assert!(app.items("invite").await.is_empty() && app.items("user").await.is_empty());
    app.settled(&alice).await;
    assert_eq!(app.mails().await.len(), 1);
}

/// The pointer to the field that ada's invite has besides.
fn unknown(body: &Value) -> String {
    let field = body.as_object().unwrap().keys().find(|key| *key != "email").unwrap();
    format!("/{field}")
}

#[tokio::test]
async fn a_body_may_have_64_kib_and_not_a_byte_more() {
    let app = App::start().await;
    let alice = app.owner().await;
    let of_size = |size: usize| {
        let body = r#"{"email":"ada@example.com"}"#;
        alice.sends(
            alice
                .request(Method::POST, PATH)
                .header("content-type", "application/json")
                .body(format!("{body}{}", " ".repeat(size - body.len()))),
        )
    };
    of_size(64 * 1024 + 1).await.refuses(413, "body_too_large");
    of_size(6 * 1024 * 1024).await.refuses(413, "body_too_large");
    assert!(app.items("invite").await.is_empty());
    of_size(64 * 1024).await.is(201);
}

#[tokio::test]
async fn what_is_at_its_limit_passes() {
    let app = App::with_settings(&[("REDIRECT_ORIGINS", "https://app.example")]).await;
    let alice = app.owner().await;
    let roles: Vec<String> = (0..16).map(|n| format!("r{n}")).collect();
    let body = json!({"email": "a@example.com", "roles": roles, "message": "é".repeat(500), "metadata": {"k": "x".repeat(4088)},
        "expires_in": 31_536_000, "redirect_url": "https://app.example/x?y#z"});
    let invited = alice.invited(body.clone()).await.json;
    for field in ["roles", "message", "metadata", "redirect_url"] {
        assert_eq!(invited[field], body[field], "{field}");
    }
    alice
        .invited(json!({"email": "b@example.com", "expires_in": 300, "redirect_url": "/welcome"}))
        .await;
    alice.invited(json!({"link": {"max_uses": 1_000_000}})).await;
}

#[tokio::test]
async fn other_bodies_are_refused_in_the_same_way() {
    let app = App::start().await;
    let ada = app.person("ada");
    let one_of = |answer: Answer| answer.refuses(422, "invalid_body").points_at("", "one_of");
    for path in ["/v1/invites/accept", "/v1/invites/decline"] {
        one_of(ada.posts(path, &json!({})).await);
        one_of(ada.posts(path, &json!({"token": null})).await);
        one_of(ada.posts(path, &json!({"group": "3773"})).await);
        one_of(ada.posts(path, &json!({"token": "x", "group": "3773", "invite": "1"})).await);
        ada.posts(path, &json!({"token": 1}))
            .await
            .refuses(422, "invalid_body")
            .points_at("/token", "wrong_type");
        ada.posts(path, &json!({"group": "3773", "invite": "0"}))
            .await
            .refuses(422, "invalid_body")
            .points_at("/invite", "invalid_invite_id");
        ada.posts(path, &json!({"token": "x", "tokn": "y"}))
            .await
            .refuses(422, "invalid_body")
            .points_at("/tokn", "unknown_field");
    }
    let nobody = app.nobody();
    let array = json!(["bkn_x"]);
    nobody
        .posts("/v1/invites/preview", &array)
        .await
        .refuses(422, "invalid_body")
        .points_at("", "wrong_type");
    nobody
        .posts("/v1/invites/preview", &json!({}))
        .await
        .refuses(422, "invalid_body")
        .points_at("/token", "required");
    let long = json!({"token": "x", "reason": "é".repeat(501)});
    ada.posts("/v1/invites/decline", &long)
        .await
        .refuses(422, "invalid_body")
        .points_at("/reason", "message_too_long");
}

#[tokio::test]
async fn an_array_is_no_object() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    let table = app.items("invite").await.len();
    ada.posts("/v1/invites/accept", &json!([invited.token, null, null]))
        .await
        .refuses(422, "invalid_body")
        .points_at("", "wrong_type");
    ada.posts("/v1/invites/decline", &json!([invited.token, null, null, null]))
        .await
        .refuses(422, "invalid_body")
        .points_at("", "wrong_type");
    alice
        .patches("/v1/groups/3773/members/alice", &json!([["owner"]]))
        .await
        .refuses(422, "invalid_body")
        .points_at("", "wrong_type");
    assert_eq!(app.items("invite").await.len(), table);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
}

#[tokio::test]
async fn an_array_is_no_object_inside_a_body_either() {
    let app = App::start().await;
    let alice = app.owner().await;
    for (field, value) in [
        ("account", json!([3, "4611"])),
        ("link", json!([5, []])),
        ("person", json!(["ada@example.com", null, null])),
    ] {
        let answer = alice.invites(json!({ field: value })).await.refuses(422, "invalid_body");
        answer.points_at(&format!("/{field}"), "wrong_type");
    }
}
