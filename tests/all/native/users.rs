//! The directory: a caller's own profile, and the scope that allows writing others.

use futures::future::join_all;
use harness::{App, at_last};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_without_a_record_sees_what_the_token_proves() {
    let app = App::start().await;
    let ada = app.person("ada").claim("phone_number", json!("+19199993333"));
    let me = ada.gets("/v1/me").await.is(200).json;
    assert_eq!(
        (&me["id"], &me["email"], &me["phone"]),
        (&json!("ada"), &json!("ada@example.com"), &json!("+19199993333"))
    );
    let unverified = app.user("eve").email("ada@example.com").claim("email_verified", json!(false));
    assert!(unverified.gets("/v1/me").await.json["email"].is_null());
    assert!(app.items("user").await.is_empty());
}

#[tokio::test]
async fn a_user_can_write_only_identities_that_the_token_proves() {
    let app = App::start().await;
    let ada = app.person("ada");
    let written = ada
        .puts(
            "/v1/me",
            &json!({"email": "Ada@example.com", "first_name": "Ada", "title": "Countess"}),
        )
        .await
        .is(200);
    assert_eq!(ada.gets("/v1/me").await.json, written.json);
    ada.puts("/v1/me", &json!({"email": "bob@example.com"}))
        .await
        .refuses(403, "email_not_verified");
    ada.puts("/v1/me", &json!({"phone": "+19199993333"})).await.refuses(403, "identity_mismatch");
    let account = json!({"accounts": [{"membership_type": 3, "membership_id": "4611"}]});
    ada.puts("/v1/me", &account).await.refuses(403, "identity_mismatch");
    ada.puts("/v1/me", &json!({"id": "bob"}))
        .await
        .refuses(422, "invalid_body")
        .points_at("/id", "unknown_field");
    assert_eq!(ada.gets("/v1/me").await.json, written.json);
    // An address that is already in the record needs no new proof.
    app.user("ada").puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
}

#[tokio::test]
async fn an_address_belongs_to_one_user() {
    let app = App::start().await;
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"email": "ada@example.com"})).await.is(200);
    let other = app.user("other").email("ADA@example.com");
    other.puts("/v1/me", &json!({"email": "ADA@example.com"})).await.refuses(409, "identity_taken");
    ada.puts("/v1/me", &json!({"email": null})).await.is(200);
    other.puts("/v1/me", &json!({"email": "ADA@example.com"})).await.is(200);
    ada.puts("/v1/me", &json!({"email": "ada@example.com"})).await.refuses(409, "identity_taken");
}

#[tokio::test]
async fn writing_by_user_id_needs_the_scope() {
    let app = App::start().await;
    let body = json!({"email": "ada@example.com", "first_name": "Ada"});
    for scope in [
        json!(null),
        json!(""),
        json!("users:read"),
        json!("users:write2"),
        json!("USERS:WRITE"),
        json!("users:write,x"),
    ] {
        let answer = app
            .user("app")
            .claim("scope", scope)
            .writes_user("ada", &body)
            .await
            .refuses(403, "insufficient_scope");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("error=\"insufficient_scope\"")
                && challenge.contains("scope=\"users:write\""),
            "{challenge}"
        );
    }
    // The scope is needed even for the caller's own record.
    app.user("ada").writes_user("ada", &body).await.refuses(403, "insufficient_scope");
    assert!(app.items("user").await.is_empty());
    let directory = app.user("app").claim("scope", json!("openid users:write"));
    let written = directory.writes_user("ada", &body).await.is(200);
    assert_eq!(app.user("ada").gets("/v1/me").await.json, written.json);
    directory.writes_user("bob", &body).await.refuses(409, "identity_taken");
    directory.writes_user("a%23b", &body).await.refuses(404, "user_not_found");
}

/// A profile with a value in every field.
fn whole() -> Value {
    json!({"email": "ada@example.com", "alt_email": "ada@example.org", "phone": "+19199993333", "first_name": "Ada",
        "last_name": "Lovelace", "title": "Countess", "organization_name": "Analytical Society", "bio": "Wrote programs.",
        "photo": "https://example.com/ada.png", "locale": "en-GB", "refuses_invites": true,
        "accounts": [{"membership_type": 3, "membership_id": "4611686018429783292"}]})
}

#[tokio::test]
async fn a_field_that_is_not_named_stays_and_null_clears_it() {
    let app = App::start().await;
    let directory = app.directory();
    let read = async || directory.gets("/v1/users/ada").await.is(200).json;
    let first = directory.writes_user("ada", &whole()).await.is(200).json;
    assert_eq!(read().await, first);
    for method in [Method::PUT, Method::PATCH] {
        for path in ["/v1/users/ada", "/v1/me"] {
            let caller = if path == "/v1/me" { app.user("ada") } else { app.directory() };
            let sends = async |body: Value| {
                let request = caller.request(method.clone(), path).json(&body);
                caller.sends(request).await.is(200).json
            };
            let before = app.table().await;
            assert_eq!(sends(json!({})).await, first, "{method} {path}");
            assert_eq!(app.table().await, before, "an empty change writes nothing");
            for (field, value) in whole().as_object().unwrap() {
                let (other, cleared) = match field.as_str() {
                    "email" | "phone" | "accounts" if path == "/v1/me" => continue,
                    "refuses_invites" if path != "/v1/me" => continue,
                    "refuses_invites" => (json!(false), json!(false)),
                    "accounts" => (json!([]), json!([])),
                    "email" | "alt_email" => (json!("other@example.net"), Value::Null),
                    "phone" => (json!("+19198887777"), Value::Null),
                    _ => (json!("other"), Value::Null),
                };
                for (sent, expected) in [(other.clone(), other), (Value::Null, cleared)] {
                    let mut wanted = first.clone();
                    wanted[field] = expected;
                    assert_eq!(
                        sends(json!({field: sent})).await,
                        wanted,
                        "{method} {path} {field}"
                    );
                    assert_eq!(read().await, wanted);
                }
                assert_eq!(sends(json!({field: value})).await, first, "{method} {path} {field}");
            }
        }
    }
}

#[tokio::test]
async fn an_identity_that_is_not_named_stays_with_its_user() {
    let app = App::start().await;
    let directory = app.directory();
    directory.writes_user("ada", &whole()).await.is(200);
    let change = json!({"email": "new@example.com", "first_name": "Augusta"});
    directory.writes_user("ada", &change).await.is(200);
    for taken in ["phone", "accounts"] {
        let claim = json!({taken: whole()[taken]});
        directory.writes_user("eve", &claim).await.refuses(409, "identity_taken");
    }
    directory.writes_user("eve", &json!({"email": "ada@example.com"})).await.is(200);
}

#[tokio::test]
async fn only_the_person_ends_their_refusal_of_invites() {
    let app = App::start().await;
    let (directory, ada) = (app.directory(), app.person("ada"));
    // An app may begin it, and repeat what is so already.
    for refuses in [false, true, true] {
        directory.writes_user("ada", &json!({"refuses_invites": refuses})).await.is(200);
    }
    for end in [json!(false), json!(null)] {
        let body = json!({"first_name": "Ada", "refuses_invites": end});
        directory
            .writes_user("ada", &body)
            .await
            .refuses(422, "invalid_body")
            .points_at("/refuses_invites", "only_by_the_person");
    }
    let me = ada.gets("/v1/me").await.is(200).json;
    assert_eq!((&me["refuses_invites"], &me["first_name"]), (&json!(true), &Value::Null));
    ada.patches("/v1/me", &json!({"refuses_invites": false})).await.is(200);
    directory.writes_user("ada", &json!({"first_name": "Ada"})).await.is(200);
    assert_eq!(ada.gets("/v1/me").await.json["refuses_invites"], false);
}

#[tokio::test]
async fn reading_by_user_id_needs_the_scope() {
    let app = App::start().await;
    app.user("ada").gets("/v1/users/ada").await.refuses(403, "insufficient_scope");
    app.directory().gets("/v1/users/ada").await.refuses(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_of_different_fields_all_survive() {
    let app = App::start().await;
    let changes = [
        json!({"first_name": "Ada"}),
        json!({"last_name": "Lovelace"}),
        json!({"title": "Countess"}),
        json!({"bio": "Wrote programs."}),
        json!({"email": "ada@example.com"}),
        json!({"phone": "+19199993333"}),
    ];
    for round in 0..5 {
        let user = format!("ada{round}");
        if round % 2 == 0 {
            app.directory().writes_user(&user, &json!({"locale": "en"})).await.is(200);
        }
        let writers: Vec<_> = changes.iter().map(|change| (app.directory(), change)).collect();
        let writes = writers.iter().map(|(directory, change)| {
            let mut change = (*change).clone();
            for unique in ["email", "phone"] {
                if let Some(text) = change.get(unique).and_then(Value::as_str) {
                    let text = text.replace("ada@", &format!("ada{round}@"));
                    change[unique] = json!(text.replace("3333", &format!("333{round}")));
                }
            }
            let user = user.clone();
            async move { at_last(async || directory.writes_user(&user, &change).await).await }
        });
        for answer in join_all(writes).await {
            answer.is(200);
        }
        let read = app.directory().gets(&format!("/v1/users/{user}")).await.is(200).json;
        for field in ["first_name", "last_name", "title", "bio", "email", "phone"] {
            assert!(!read[field].is_null(), "{field} was lost: {read}");
        }
    }
}

#[tokio::test]
async fn an_invalid_profile_is_refused() {
    let app = App::start().await;
    let ada = app.person("ada");
    for (body, pointer, code) in [
        (json!({"email": "nobody"}), "/email", "invalid_email"),
        (json!({"email": 1}), "/email", "wrong_type"),
        (json!({"phone": "0919999"}), "/phone", "invalid_phone"),
        (json!({"first_name": ""}), "/first_name", "blank"),
        (json!({"first_name": "a\u{0}b"}), "/first_name", "control_character"),
        (json!({"bio": "x".repeat(1001)}), "/bio", "too_long"),
        (json!({"locale": "x".repeat(36)}), "/locale", "too_long"),
        (
            json!({"accounts": [{"membership_type": 0, "membership_id": "1"}]}),
            "/accounts/0",
            "invalid_account",
        ),
        (json!({"state": "pending"}), "/state", "unknown_field"),
    ] {
        ada.puts("/v1/me", &body).await.refuses(422, "invalid_body").points_at(pointer, code);
    }
    assert!(app.items("user").await.is_empty());
}
