//! Invalid requests: each is refused with its code, and nothing is written or mailed.

mod bodies;

use bodies::{MALFORMED, wrong};
use harness::{Answer, App};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/v1/groups/3773/invites";

#[tokio::test]
async fn an_invalid_create_is_refused_and_writes_nothing() {
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
        // An empty pointer with `unknown_field` means the pointer to the added field.
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
    assert_eq!(app.mails().await.len(), App::CANARIES);
}

/// Returns the pointer to the field that the body adds to a valid one.
fn unknown(body: &Value) -> String {
    let field = body.as_object().unwrap().keys().find(|key| *key != "email").unwrap();
    format!("/{field}")
}

#[tokio::test]
async fn a_body_of_64_kib_is_accepted_and_one_byte_more_is_refused() {
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
    // The gateway refuses what Lambda does not take.
    of_size(6 * 1024 * 1024).await.is(413);
    assert!(app.items("invite").await.is_empty());
    of_size(64 * 1024).await.is(201);
}

#[tokio::test]
async fn values_at_their_limits_are_accepted() {
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
async fn invalid_bodies_of_other_operations_are_refused() {
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
async fn an_array_is_refused_in_place_of_a_body() {
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
async fn an_array_is_refused_in_place_of_an_object_inside_a_body() {
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
