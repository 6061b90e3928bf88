//! Invalid paths, ids and bodies, and unusual ones that are valid.

use harness::{Answer, App, GROUP};
use reqwest::Method;
use serde_json::json;

use super::{
    ACCOUNT, cancel_path, fails, gets, invite_path, invites, keyed, lists, owner, posts, resolves,
    succeeds,
};

/// Path segments that are not an int64 in plain digits.
const NO_INT64: &[&str] = &[
    "-1",
    "+1",
    "01",
    "00",
    "1.0",
    "1e3",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999",
    "0x10",
    "%EF%BC%91",
    "%D9%A3",
    "1%201",
    "1;x",
    "1%23",
    "1%2F2",
    "1%00",
    "%2531",
    "NaN",
    "null",
    "_system",
    "a,b",
];

#[tokio::test]
async fn ids_are_int64_in_plain_digits() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for id in NO_INT64 {
        fails(posts(&alice, &invite_path(id, "3", ACCOUNT), "{}").await, 7);
        fails(posts(&alice, &invite_path(GROUP, "3", id), "{}").await, 7);
        fails(posts(&alice, &cancel_path(id, "3", ACCOUNT), "").await, 7);
        fails(posts(&alice, &cancel_path(GROUP, "3", id), "").await, 7);
        fails(gets(&alice, &format!("/GroupV2/{id}/Members/InvitedIndividuals/")).await, 7);
        fails(gets(&alice, &format!("/GroupV2/User/Potential/3/{id}/2/0/")).await, 7);
    }
    // 0 is a valid int64, but no group or account has it.
    fails(posts(&alice, &invite_path("0", "3", ACCOUNT), "{}").await, 622);
    fails(posts(&alice, &invite_path("9223372036854775807", "3", ACCOUNT), "{}").await, 622);
    fails(posts(&alice, &invite_path(GROUP, "3", "0"), "{}").await, 8);
    assert!(app.items("invite").await.is_empty());
    // The path is decoded once: %33773 is 3773.
    resolves(posts(&alice, &invite_path("%33773", "%33", "9223372036854775807"), "{}").await, 0);
    assert_eq!(
        lists(&alice).await["results"][0]["destinyUserInfo"]["membershipId"],
        "9223372036854775807"
    );
}

#[tokio::test]
async fn only_membership_types_with_accounts_are_valid() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let wrong = [
        "0",
        "-1",
        "7",
        "9",
        "11",
        "21",
        "253",
        "255",
        "999",
        "03",
        "+3",
        "3.0",
        "3,5",
        "2147483648",
        "x",
        "None",
        "All",
        "tigersteam",
        "TIGERSTEAM",
        "Steam",
        "3%203",
    ];
    for kind in wrong {
        fails(posts(&alice, &invite_path(GROUP, kind, ACCOUNT), "{}").await, 8);
        fails(posts(&alice, &cancel_path(GROUP, kind, ACCOUNT), "").await, 8);
        fails(gets(&alice, &format!("/GroupV2/User/Potential/{kind}/{ACCOUNT}/2/0/")).await, 8);
    }
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn every_form_of_the_path_works() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for prefix in ["", "/Platform", "/platform"] {
        for slash in ["", "/"] {
            let members = format!("{prefix}/GroupV2/{GROUP}/Members");
            resolves(
                posts(&alice, &format!("{members}/IndividualInvite/3/{ACCOUNT}{slash}"), "{}")
                    .await,
                0,
            );
            let listed = succeeds(
                gets(&alice, &format!("{members}/InvitedIndividuals{slash}?currentpage=1")).await,
            );
            assert_eq!(listed["totalResults"], 1);
            let potential = succeeds(
                gets(&alice, &format!("{prefix}/GroupV2/User/Potential/3/{ACCOUNT}/2/0{slash}"))
                    .await,
            );
            assert_eq!(potential["totalResults"], 1);
            resolves(
                posts(&alice, &format!("{members}/IndividualInviteCancel/3/{ACCOUNT}{slash}"), "")
                    .await,
                3,
            );
        }
    }
}

#[tokio::test]
async fn a_path_under_another_prefix_is_not_found() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for prefix in ["/PLATFORM", "/Platforms", "/x"] {
        let members = format!("{prefix}/GroupV2/{GROUP}/Members");
        let invite = format!("{members}/IndividualInvite/3/{ACCOUNT}/");
        fails(posts(&alice, &invite, "{}").await, 21);
        fails(gets(&alice, &format!("{members}/InvitedIndividuals/")).await, 21);
    }
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn a_longer_path_is_not_found() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for path in [invite_path(GROUP, "3", ACCOUNT), cancel_path(GROUP, "3", ACCOUNT)] {
        fails(posts(&alice, &format!("{path}x"), "{}").await, 21);
        fails(posts(&alice, &format!("{path}/"), "{}").await, 21);
    }
    fails(
        gets(&alice, &format!("/Platform/GroupV2/{GROUP}/Members/InvitedIndividuals/1/")).await,
        21,
    );
    fails(gets(&alice, &format!("/Platform/GroupV2/User/Potential/3/{ACCOUNT}/2/0/x")).await, 21);
    assert!(app.items("invite").await.is_empty());
}

#[tokio::test]
async fn the_gateway_answers_other_methods_and_paths() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let invite = invite_path(GROUP, "3", ACCOUNT);
    for (method, path) in [
        (Method::GET, invite.clone()),
        (Method::PUT, invite.clone()),
        (Method::DELETE, invite.clone()),
        (Method::POST, format!("/PLATFORM/GroupV2/{GROUP}/Members/IndividualInvite/3/{ACCOUNT}/")),
        (Method::POST, format!("/Platform/groupv2/{GROUP}/Members/IndividualInvite/3/{ACCOUNT}/")),
        (Method::POST, format!("/Platform/GroupV2//Members/IndividualInvite/3/{ACCOUNT}/")),
        (Method::POST, format!("/Platform/GroupV2/{GROUP}/Members/InvitedIndividuals/")),
    ] {
        let known = path == invite || path.ends_with("/InvitedIndividuals/");
        let expected = if known { 405 } else { 404 };
        alice.sends(keyed(&alice, method, &path)).await.is(expected);
    }
    let overridden =
        keyed(&alice, Method::POST, &invite).header("X-HTTP-Method-Override", "DELETE").body("{}");
    resolves(alice.sends(overridden).await, 0);
    assert_eq!(lists(&alice).await["totalResults"], 1);
}

#[tokio::test]
async fn a_body_is_one_json_object_with_a_short_message() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let path = invite_path(GROUP, "3", ACCOUNT);
    let deep = "[".repeat(10_000);
    let large = format!(r#"{{"message":"{}"}}"#, "x".repeat(1 << 20));
    let wrong: Vec<(&[u8], u16)> = vec![
        (b"", 26),
        (b" ", 30),
        (b"{", 30),
        (b"{}x", 30),
        (b"{}{}", 30),
        (b"message=Join", 30),
        (b"{\"message\":\"Join\",}", 30),
        (b"// x\n{\"message\":\"\"}", 30),
        (b"{'message':1}", 30),
        (b"{\"message\":01}", 30),
        (b"{\"message\":NaN}", 30),
        (b"{\"message\":\"\\ud800\"}", 30),
        (b"{\"message\":\"\xff\"}", 30),
        (b"\xef\xbb\xbf{}", 30),
        (b"\xff\xfe{\x00}\x00", 30),
        (deep.as_bytes(), 30),
        (b"null", 25),
        (b"[]", 25),
        (b"[\"Join\"]", 25),
        (b"\"Join\"", 25),
        (b"1", 25),
        (b"true", 25),
        (b"{\"message\":1}", 25),
        (b"{\"message\":[\"Join\"]}", 25),
        (b"{\"message\":{\"text\":\"Join\"}}", 25),
        (b"{\"message\":\"a\",\"message\":\"b\"}", 25),
        (b"{\"message\":\"a\\u0000b\"}", 18),
        (b"{\"message\":\"\\u001b[31m\"}", 18),
        (large.as_bytes(), 28),
    ];
    for (body, code) in wrong {
        fails(posts(&alice, &path, body.to_vec()).await, code);
    }
    let long = |count: usize| format!(r#"{{"message":"{}"}}"#, "é".repeat(count));
    fails(posts(&alice, &path, long(501)).await, 28);
    fails(posts(&alice, &path, long(1001)).await, 28);
    assert!(app.items("invite").await.is_empty());
    resolves(posts(&alice, &path, long(500)).await, 0);
}

#[tokio::test]
async fn a_message_is_optional_and_kept_verbatim() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let bodies = [
        ("{}", ""),
        (r#"{"message":""}"#, ""),
        (r#"{"message":null}"#, ""),
        // A known bot sends this body.
        (r#"{"description":"Join us"}"#, ""),
        (r#"{"message":"<b>Join</b> https://evil.example"}"#, "<b>Join</b> https://evil.example"),
        (r#" {"Message":"x","__proto__":{"message":"y"},"message":"Join\nus"} "#, "Join\nus"),
    ];
    for (at, (body, message)) in bodies.iter().enumerate() {
        let id = (at + 1).to_string();
        resolves(posts(&alice, &invite_path(GROUP, "3", &id), *body).await, 0);
        let listed = lists(&alice).await;
        let results = listed["results"].as_array().unwrap();
        let found = results
            .iter()
            .find(|found| found["destinyUserInfo"]["membershipId"] == id.as_str())
            .unwrap();
        assert_eq!(found["requestMessage"], *message, "{body}");
    }
}

#[tokio::test]
async fn the_content_type_and_the_query_are_ignored() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for (at, kind) in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
    ]
    .iter()
    .enumerate()
    {
        let path = format!("{}?message=x&x=y", invite_path(GROUP, "3", &(at + 1).to_string()));
        let request = keyed(&alice, Method::POST, &path)
            .header("Content-Type", *kind)
            .body(r#"{"message":"Join us"}"#);
        resolves(alice.sends(request).await, 0);
    }
    let undeclared = keyed(&alice, Method::POST, &invite_path(GROUP, "3", "99"))
        .body(r#"{"message":"Join us"}"#);
    resolves(alice.sends(undeclared).await, 0);
    assert_eq!(lists(&alice).await["results"][0]["requestMessage"], "Join us");
}

#[tokio::test]
async fn a_cancel_ignores_its_body() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for body in ["", "{}", "null", "{", "message=x"] {
        resolves(invites(&alice).await, 0);
        resolves(posts(&alice, &cancel_path(GROUP, "3", ACCOUNT), body).await, 3);
    }
}

#[tokio::test]
async fn an_error_never_echoes_the_request() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let request =
        keyed(&alice, Method::POST, &invite_path("%3Cscript%3E", "3", "1")).bearer_auth("x.y.z");
    let answer = Answer::to(request.body(r#"{"message":"<script>"}"#)).await;
    assert!(!fails(answer, 99).text.contains("script"));
    let answer =
        posts(&alice, &invite_path("%3Cscript%3E", "3", "1"), r#"{"message":"<script>"}"#).await;
    assert!(!fails(answer, 7).text.contains("script"));
    fails(alice.posts(&invite_path(GROUP, "3", "1"), &json!({})).await, 2102);
}
