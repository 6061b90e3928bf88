//! Invalid bodies for creating an invite.

use serde_json::{Value, json};

/// Bodies that are not JSON.
pub(super) const MALFORMED: &[&[u8]] = &[
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

/// Returns a valid body with this field added.
fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"email": "ada@example.com"});
    body[field] = value;
    body
}

/// Returns invalid bodies of JSON, each with the pointer and the code of its error.
pub(super) fn wrong() -> Vec<(Value, &'static str, &'static str)> {
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
            json!({"link": {"allowed_domains": ["@@example.com"]}}),
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
        (with("message", json!("a\u{200b}b")), "/message", "hidden_character"),
        (with("roles", json!(["member", "owner\u{0}"])), "/roles/1", "control_character"),
        (
            json!({"email": "ada@example.com\r\nBcc: eve@example.com"}),
            "/email",
            "control_character",
        ),
        (
            with("redirect_url", json!("/ok\r\nSet-Cookie: a=1")),
            "/redirect_url",
            "control_character",
        ),
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
    for role in ["", "Owner", "ow ner", "owner,editor", "оwner"] {
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
        "evil",
        "http://app.example/",
    ] {
        wrong.push((with("redirect_url", json!(url)), "/redirect_url", "redirect_not_allowed"));
    }
    wrong
}
