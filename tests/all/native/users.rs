//! The directory: a caller's own profile, and the scope that allows writing others.

use harness::App;
use serde_json::json;

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
    ada.puts("/v1/me", &json!({})).await.is(200);
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
