//! Tests of the bungie API over HTTP (docs/contracts/bungie.md).

mod bad_input;
mod cancel;
mod credentials;
mod invite;
mod lists;
mod refusals;
mod shape;

use harness::{Answer, App, GROUP, Person};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The default account to invite.
const ACCOUNT: &str = "4611686018467322796";

/// The original's error codes that the tests expect: code, HTTP status, name and message.
const CODES: &[(u16, u16, &str, &str)] = &[
    (5, 503, "SystemDisabled", "SystemDisabled"),
    (7, 400, "ParameterParseFailure", "ParameterParseFailure"),
    (
        8,
        400,
        "ParameterInvalidRange",
        "One or more parameters are outside the range of valid values.  Please correct them, and try again.",
    ),
    (
        18,
        400,
        "InvalidParameters",
        "The input parameters were invalid, please enter valid input, and try again.",
    ),
    (21, 404, "NotFound", "NotFound"),
    (25, 400, "InvalidPostBody", "InvalidPostBody"),
    (26, 400, "MissingPostBody", "MissingPostBody"),
    (28, 400, "ValidationLengthError", "ValidationLengthError"),
    (30, 400, "JsonDeserializationError", "JsonDeserializationError"),
    (36, 429, "ThrottleLimitExceededMomentarily", "ThrottleLimitExceededMomentarily"),
    (99, 401, "WebAuthRequired", "Please sign-in to continue."),
    (603, 403, "GroupMembershipInsufficientPrivileges", "GroupMembershipInsufficientPrivileges"),
    (622, 404, "GroupNotFound", "GroupNotFound"),
    (677, 409, "GroupInviteAlreadyMember", "GroupInviteAlreadyMember"),
    (695, 403, "ClanTargetDisallowsInvites", "ClanTargetDisallowsInvites"),
    (1904, 409, "InvitationAlreadyPending", "InvitationAlreadyPending"),
    (1911, 400, "InvitationGroupCannotSendToSelf", "InvitationGroupCannotSendToSelf"),
    (1912, 409, "InvitationTooManyRecipients", "InvitationTooManyRecipients"),
    (1914, 404, "InvitationNotFound", "InvitationNotFound"),
    (2101, 401, "ApiInvalidOrExpiredKey", "The given Platform API Key is invalid."),
    (2102, 401, "ApiKeyMissingFromRequest", "ApiKeyMissingFromRequest"),
    (2108, 403, "AccessNotPermittedByApplicationScope", "AccessNotPermittedByApplicationScope"),
];

/// Returns a person whose token has the scope `AdminGroups`.
fn administrator(app: &App, sub: &str) -> Person {
    app.person(sub).claim("scope", json!("AdminGroups"))
}

/// Creates [`GROUP`] as the administrator Alice and returns her.
async fn owner(app: &App) -> Person {
    let alice = administrator(app, "alice").name("Alice");
    alice.creates_group().await;
    alice
}

/// Returns an account as a token's claim has it.
fn accounts(kind: i32, id: &str) -> Value {
    json!([{ "membership_type": kind, "membership_id": id }])
}

fn invite_path(group: &str, kind: &str, id: &str) -> String {
    format!("/Platform/GroupV2/{group}/Members/IndividualInvite/{kind}/{id}/")
}

fn cancel_path(group: &str, kind: &str, id: &str) -> String {
    format!("/Platform/GroupV2/{group}/Members/IndividualInviteCancel/{kind}/{id}/")
}

fn potential_path(kind: &str, id: &str) -> String {
    format!("/Platform/GroupV2/User/Potential/{kind}/{id}/2/0/")
}

/// Returns a request with an API key.
fn keyed(actor: &Person, method: Method, path: &str) -> RequestBuilder {
    actor.request(method, path).header("X-API-Key", "any-key")
}

async fn posts(actor: &Person, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    actor
        .sends(
            keyed(actor, Method::POST, path).header("content-type", "application/json").body(body),
        )
        .await
}

async fn gets(actor: &Person, path: &str) -> Answer {
    actor.sends(keyed(actor, Method::GET, path)).await
}

/// Invites [`ACCOUNT`] on Steam into [`GROUP`].
async fn invites(actor: &Person) -> Answer {
    posts(actor, &invite_path(GROUP, "3", ACCOUNT), "{}").await
}

/// Revokes the invite of [`ACCOUNT`] on Steam.
async fn cancels(actor: &Person) -> Answer {
    posts(actor, &cancel_path(GROUP, "3", ACCOUNT), "").await
}

/// Returns the first page of the invites of [`GROUP`].
async fn lists(actor: &Person) -> Value {
    succeeds(gets(actor, &format!("/Platform/GroupV2/{GROUP}/Members/InvitedIndividuals/")).await)
}

/// Asserts that the answer is exactly the envelope of a success, and returns its content.
#[track_caller]
fn succeeds(answer: Answer) -> Value {
    let answer = answer.is(200);
    let around = r#","ErrorCode":1,"ThrottleSeconds":0,"ErrorStatus":"Success","Message":"Ok","MessageData":{}}"#;
    assert!(
        answer.text.starts_with(r#"{"Response":"#) && answer.text.ends_with(around),
        "{}",
        answer.text
    );
    assert_eq!(
        (answer.header("content-type"), answer.header("cache-control")),
        ("application/json", "no-store")
    );
    answer.json["Response"].clone()
}

/// Asserts that the answer is a success with this resolution.
#[track_caller]
fn resolves(answer: Answer, resolution: u8) {
    assert_eq!(succeeds(answer), json!({ "resolution": resolution }));
}

/// Asserts that the answer is exactly the envelope of this error.
#[track_caller]
fn fails(answer: Answer, code: u16) -> Answer {
    let row = CODES.iter().find(|(own, ..)| *own == code);
    let (code, status, name, message) = row.unwrap_or_else(|| panic!("{code} is not in CODES"));
    let throttle = answer.json["ThrottleSeconds"].as_i64().unwrap_or_default();
    let expected = format!(
        r#"{{"ErrorCode":{code},"ThrottleSeconds":{throttle},"ErrorStatus":"{name}","Message":"{message}","MessageData":{{}}}}"#
    );
    assert_eq!((answer.status, answer.text.as_str()), (*status, expected.as_str()));
    assert_eq!(throttle > 0, [429, 503].contains(status), "{}", answer.text);
    assert_eq!(
        (answer.header("content-type"), answer.header("cache-control")),
        ("application/json", "no-store")
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    answer
}
