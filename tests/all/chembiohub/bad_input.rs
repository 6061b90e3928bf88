//! Refused requests: the errors of docs/contracts/chembiohub.md#errors, and invalid input.

use harness::LossyTable;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::*;

/// Sends a `POST` with this body and, if there is one, this content type.
async fn post(app: &App, body: &str, content_type: Option<&str>) -> Answer {
    let inviter = app.user("1");
    let request = inviter.request(Method::POST, PATH).body(body.to_owned());
    let request: RequestBuilder = match content_type {
        Some(kind) => request.header("content-type", kind),
        None => request,
    };
    inviter.sends(request).await
}

/// Returns the error's text. Asserts that the body has the two keys of the wiki, and that the
/// traceback is the request's id.
#[track_caller]
fn error(answer: &Answer, status: u16) -> &str {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, "application/json; charset=utf-8"),
        "{}",
        answer.text
    );
    assert_eq!(answer.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["error", "traceback"]);
    assert_eq!(answer.text_at("/traceback"), answer.header("apigw-requestid"));
    answer.text_at("/error")
}

#[tokio::test]
async fn invalid_bodies_get_403_with_error_and_traceback() {
    let app = App::start().await;
    let json = Some("application/json");
    for body in ["", " ", "{", "{}{}", "nul", r#"{"email":"a@b.c""#, "email=a@b.c", "<a/>"] {
        assert_eq!(
            error(&post(&app, body, json).await, 403),
            "Request is not valid JSON.",
            "{body:?}"
        );
    }
    for body in ["[]", "null", "7", r#""a@b.c""#, r#"[{"email":"a@b.c"}]"#] {
        assert_eq!(error(&post(&app, body, json).await, 403), "Send one JSON object.", "{body}");
    }
    let no_address = [
        r#"{}"#,
        r#"{"invitation":{"email":"a@b.c"}}"#,
        r#"{"objects":[{"email":"a@b.c"}]}"#,
        r#"{"email":null}"#,
        r#"{"email":""}"#,
        r#"{"email":7}"#,
        r#"{"email":["a@b.c"]}"#,
        r#"{"email":"a at b.c"}"#,
        r#"{"email":"A <a@b.c>"}"#,
        r#"{"Email":"a@b.c"}"#,
    ];
    for body in no_address {
        assert_eq!(error(&post(&app, body, json).await, 403), "Email not valid", "{body}");
    }
    for (body, field) in [
        (r#"{"email":"a@b.c","email":"a@b.c"}"#, "email"),
        (r#"{"email":"a@b.c","remind":true,"remind":false}"#, "remind"),
    ] {
        assert_eq!(
            error(&post(&app, body, json).await, 403),
            format!("{field}: This field appears twice."),
            "{body}"
        );
    }
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn project_ids_are_integers_or_strings() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let send = async |id: &str| {
        post(
            &app,
            &format!(r#"{{"email":"a{}@b.c","projects_selected":[{{"id":{id}}}]}}"#, id.len()),
            None,
        )
        .await
    };
    send("1").await.is(201);
    send(r#""1""#).await.is(201);
    for id in [
        "0",
        "-1",
        "404",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        r#""01""#,
    ] {
        assert!(error(&send(id).await, 403).starts_with("Not authorized"), "{id}");
    }
    for id in [
        "1.0",
        "1e0",
        "18446744073709551616",
        "null",
        "true",
        "[1]",
        r#""a/b""#,
        r#""""#,
        r#""1 1""#,
        r#""_system""#,
    ] {
        assert_eq!(
            error(&send(id).await, 403),
            "projects_selected: Give each project's id.",
            "{id}"
        );
    }
    assert_eq!(error(&send("01").await, 403), "Request is not valid JSON.");
    let many: Vec<Value> = (0..21).map(|_| json!({"id": 1})).collect();
    let answer = invites(&inviter, &json!({"email": "a@b.c", "projects_selected": many})).await;
    assert_eq!(error(&answer, 403), "projects_selected: Give at most 20 projects.");
}

#[tokio::test]
async fn other_types_and_large_bodies_are_refused() {
    let app = App::start().await;
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
        "text/yaml",
        "application/x-plist",
    ] {
        assert_eq!(
            error(&post(&app, "email=a%40b.c", Some(kind)).await, 415),
            "Send the request's body as application/json.",
            "{kind}"
        );
    }
    let body = r#"{"email":"a@b.c"}"#;
    post(&app, body, Some("APPLICATION/JSON;charset=UTF-8")).await.is(201);
    post(&app, r#"{"email":"undeclared@b.c"}"#, None).await.is(201);
    let large = json!({"email": "large@b.c", "notes": "x".repeat(1 << 20)}).to_string();
    assert_eq!(
        error(&post(&app, &large, None).await, 413),
        "The body may have at most 524288 bytes."
    );
}

#[tokio::test]
async fn projects_of_others_and_blocked_domains_are_forbidden() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let stranger = app.user("stranger");
    assert_eq!(
        error(&invites(&stranger, &ada(&[1])).await, 403),
        "Not authorized to invite to this project, you must have editor status"
    );
    // The original has a rule about ox.ac.uk. Here it is a project's policy.
    inviter
        .creates(json!({"id": "3", "name": "P3", "policy": {"blocked_domains": ["ox.ac.uk"]}}))
        .await;
    let answer =
        invites(&inviter, &json!({"email": "don@ox.ac.uk", "projects_selected": [{"id": 3}]}))
            .await;
    assert_eq!(error(&answer, 403), "This project does not allow addresses of this mail domain.");
}

#[tokio::test]
async fn other_methods_are_refused_as_in_the_original() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    let id = invites(&inviter, &ada(&[])).await.is(201).json["id"].to_string();
    let detail = format!("{PATH}{id}");
    for path in [PATH, PATH.trim_end_matches('/'), &detail, &format!("{detail}/")] {
        let put = inviter.sends(inviter.request(Method::PUT, path).json(&ada(&[]))).await.is(401);
        assert_eq!(
            (put.text.as_str(), put.header("content-type")),
            ("", "text/html; charset=utf-8")
        );
        let options = inviter.request(Method::OPTIONS, path);
        let answer = inviter.sends(options).await.is(200);
        assert_eq!(
            (answer.header("allow"), answer.text.as_str()),
            ("GET,POST,PUT", "GET,POST,PUT")
        );
        for method in [Method::DELETE, Method::PATCH, Method::HEAD] {
            let text = if method == Method::HEAD { "" } else { "GET,POST,PUT" };
            let answer = inviter.sends(inviter.request(method, path)).await.is(405);
            assert_eq!(
                (answer.header("allow"), answer.text.as_str()),
                ("GET,POST,PUT", text),
                "{path}"
            );
        }
    }
    let answer = inviter.posts(&detail, &ada(&[])).await.is(405);
    assert_eq!(answer.header("allow"), "GET,PUT");
    // Like Tastypie, the gateway ignores the method override header.
    let request = inviter
        .request(Method::POST, PATH)
        .header("x-http-method-override", "DELETE")
        .json(&json!({"email": "b@example.com"}));
    inviter.sends(request).await.is(201);
}

#[tokio::test]
async fn unknown_namespaces_and_longer_paths_are_not_found() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    for path in [
        "/elsewhere/api/invitations/",
        "/Chembiohub/api/invitations",
        "/chembiohub/api/invitations//",
        "/chembiohub/api/invitations/schema/x",
    ] {
        let answer = inviter.gets(path).await.is(404);
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            ("", "text/html; charset=utf-8"),
            "{path}"
        );
    }
    inviter.posts("/elsewhere/api/invitations/", &ada(&[])).await.is(404);
    app.nobody().gets("/elsewhere/api/invitations/").await.is(404);
}

#[tokio::test]
async fn unknown_fields_are_echoed_and_never_override_ours() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    let body = json!({
        "email": "ada@example.com", "id": 1, "message": "mine", "created": "x", "created_by": "/chembiohub/api/users/9", "resource_uri": "/x",
        "modified": null, "Zeta": {"b": [1, {"d": null, "c": 0.5}], "a": "é"}, "first_name": null, "remind": false,
    });
    let answer = invites(&inviter, &body).await.is(201);
    for own in ["id", "message", "created", "created_by", "resource_uri", "modified"] {
        assert_ne!(answer.json[own], body[own], "{own}");
    }
    for echoed in ["email", "Zeta", "first_name", "remind"] {
        assert_eq!(answer.json[echoed], body[echoed], "{echoed}");
    }
    assert_eq!(answer.json["last_name"], "");
    assert!(answer.json.get("projects_selected").is_none());
}

#[tokio::test]
async fn rate_limits_and_table_failures_have_retry_after() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "2")]).await;
    let inviter = inviter(&app).await;
    for name in ["a", "b"] {
        invites(&inviter, &json!({"email": format!("{name}@example.com")})).await.is(201);
    }
    let answer = invites(&inviter, &ada(&[])).await;
    error(&answer, 429);
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds <= 3600));
    let base = App::start().await;
    let table = LossyTable::of(&base).await;
    let app = App::with(table.options()).await;
    let inviter = app.user("1");
    inviter.signs_in().await;
    table.refuses("BatchGetItem", 10);
    let answer = invites(&inviter, &ada(&[])).await;
    error(&answer, 503);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn the_pending_limit_applies_to_projects_and_not_to_the_application() {
    let app = App::with_settings(&[("LIMIT_PENDING_PER_GROUP", "1")]).await;
    let inviter = owner_of_two(&app).await;
    invites(&inviter, &ada(&[1])).await.is(201);
    let answer = invites(
        &inviter,
        &json!({"email": "b@example.com", "projects_selected": [{"id": 2}, {"id": 1}]}),
    )
    .await;
    assert!(error(&answer, 429).contains("pending"));
    assert_eq!(answer.header("retry-after"), "3600");
    for name in ["c", "d"] {
        invites(&inviter, &json!({"email": format!("{name}@example.com")})).await.is(201);
    }
}
