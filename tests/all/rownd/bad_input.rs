//! Invalid requests. Each gets an error in this API's shape and writes nothing.

use harness::{Answer, App, Person};
use reqwest::Method;
use serde_json::{Value, json};

use super::{fails, invites, names};

/// Sends a `POST` to [`invites`] with this body and content type.
async fn sends(
    actor: &Person,
    content_type: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let request = actor.request(Method::POST, &invites()).body(body);
    let request = match content_type {
        Some(content_type) => request.header("content-type", content_type),
        None => request,
    };
    actor.sends(request).await
}

const JSON: Option<&str> = Some("application/json");

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_refused_and_nothing_is_written() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    for body in [
        "",
        " ",
        "{",
        "{\"roles\":[\"editor\"],",
        "{}x",
        "nul",
        "{\"roles\":01}",
        "roles=editor&email=ada%40example.com",
        "\u{feff}{}",
    ] {
        fails(sends(&alice, JSON, body).await, 400, "E_MALFORMED_BODY");
    }
    fails(sends(&alice, JSON, vec![b'{', 0xff, b'}']).await, 400, "E_MALFORMED_BODY");
    for body in [
        "[]",
        "null",
        "1",
        "\"x\"",
        "[[\"editor\"],\"ada@example.com\"]",
        "{\"invitation\":{\"roles\":[\"editor\"]}}",
    ] {
        fails(sends(&alice, JSON, body).await, 400, "E_INVALID_BODY");
    }
    let twice = r#"{"roles":["editor"],"email":"ada@example.com","email":"eve@example.com"}"#;
    fails(sends(&alice, JSON, twice).await, 400, "E_INVALID_BODY");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_body_of_another_type_or_too_large_is_refused() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = r#"{"roles":["editor"],"email":"ada@example.com"}"#;
    for content_type in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
        "application/jsonp",
    ] {
        fails(sends(&alice, Some(content_type), body).await, 415, "E_UNSUPPORTED_MEDIA_TYPE");
    }
    fails(sends(&alice, JSON, "x".repeat(1024 * 1024)).await, 413, "E_BODY_TOO_LARGE");
    let padded = format!("{{\"x\":\"{}\",{}", "x".repeat(64 * 1024), &body[1..]);
    fails(sends(&alice, JSON, padded).await, 413, "E_BODY_TOO_LARGE");
    // The content type may be absent, in capitals, or have a charset.
    sends(&alice, None, body).await.is(200);
    sends(&alice, Some("Application/JSON; charset=utf-8"), body).await.is(200);
}

#[tokio::test]
async fn an_invalid_field_is_named() {
    let app = App::start().await;
    let alice = app.owner().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"roles": ["editor"]});
        body[field] = value;
        body
    };
    let long = "a".repeat(5000);
    for (field, value) in [
        ("roles", json!(null)),
        ("roles", json!("editor")),
        ("roles", json!({})),
        ("roles.0", json!(["Editor"])),
        ("roles.1", json!(["editor", 1])),
        ("roles.0", json!([""])),
        ("roles", json!(["editor", "editor"])),
        ("roles", json!((0..17).map(|n| format!("r{n}")).collect::<Vec<_>>())),
        ("email", json!(1)),
        ("email", json!("")),
        ("email", json!("ada@example")),
        ("email", json!(["ada@example.com"])),
        ("email", json!("Ada <ada@example.com>")),
        ("phone", json!("")),
        ("phone", json!("+")),
        ("phone", json!("0919999333")),
        ("phone", json!("++19199993333")),
        ("phone", json!("919-999-3333")),
        ("phone", json!("٣٣٣٣٣٣٣٣٣")),
        ("phone", json!(123)),
        ("phone", json!(-19_199_993_333_i64)),
        ("phone", json!(1_919_999_333_344_556_u64)),
        ("phone", json!(i64::MAX)),
        ("phone", json!(u64::MAX)),
        ("phone", json!(1.5)),
        ("phone", json!(19_199_993_333.0)),
        ("phone", json!(true)),
        ("phone", json!(["+19199993333"])),
        ("user_id", json!(1)),
        ("user_id", json!("")),
        ("user_id", json!("a b")),
        ("redirect_url", json!(1)),
        ("app_variant_id", json!(1)),
        ("app_variant_id", json!(long)),
    ] {
        let field_alone = field.split('.').next().unwrap();
        names(alice.posts(&invites(), &with(field_alone, value)).await, field);
    }
    for number in ["99999999999999999999", "1e11", "-1"] {
        names(
            sends(&alice, JSON, format!("{{\"roles\":[\"editor\"],\"phone\":{number}}}")).await,
            "phone",
        );
    }
    fails(
        sends(&alice, JSON, "{\"roles\":[\"editor\"],\"phone\":019199993333}").await,
        400,
        "E_MALFORMED_BODY",
    );
}

#[tokio::test]
async fn read_only_and_unknown_fields_are_ignored() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"roles": ["editor"], "email": "ada@example.com", "phone": null, "user_id": null, "redirect_url": null, "app_variant_id": null,
        "id": "x", "group_id": "other", "state": "accepted", "user_lookup_value": "eve@example.com", "created_at": 1, "created_by": "eve",
        "accepted_by": "eve", "ensured_user_id": "eve", "whatever": {"a": [1]}});
    let answer = alice.posts(&invites(), &body).await.is(200);
    let invitation = &answer.json["invitation"];
    assert_eq!(
        (&invitation["state"], &invitation["created_by"], &invitation["group_id"]),
        (&json!("pending"), &json!("alice"), &json!("3773"))
    );
    assert_eq!(invitation["user_lookup_value"], "ada@example.com");
    assert!(
        invitation["accepted_by"].is_null() && invitation["ensured_user_id"].is_null(),
        "{invitation}"
    );
    let query = alice.gets(&format!("{}?ensured_user_id=x&page=1", invites())).await.is(200);
    assert_eq!(query.json["total_results"], 1);
}

#[tokio::test]
async fn an_invalid_page_is_refused() {
    let app = App::start().await;
    let alice = app.owner().await;
    for query in [
        "page_size=0",
        "page_size=101",
        "page_size=x",
        "page_size=-1",
        "page_size=1&page_size=2",
        "after=alice",
        "after=member_%23",
        "after=invite_0",
        "after=member_a&after=member_b",
    ] {
        fails(
            alice.gets(&format!("/me/groups/3773/members?{query}")).await,
            400,
            "E_INVALID_QUERY",
        );
    }
}
