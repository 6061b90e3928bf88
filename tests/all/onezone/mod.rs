//! The onezone API (docs/contracts/onezone.md): tokens made, handed on, narrowed and used up.

mod caveats;
mod create;
mod credentials;
mod interchange;
mod join;
mod shape;

use harness::{Answer, Person};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use shared::domain::macaroon::Macaroon;

const CREATE: &str = "/groups/3773/users/token";
const JOIN: &str = "/user/groups/join";
/// What the documented paths begin with; the API does without it too.
const PREFIX: &str = "/api/v3/onezone";
const NOT_UNDERSTOOD: &str = "Provided data could not be understood by the server";
const BAD_TOKEN: &str = "Bad value: provided \"token\" is not a valid token";
const BAD_TYPE: &str = "Bad value: provided \"token\" is of invalid type";
const FORBIDDEN: &str = "You are not authorized to perform this operation.";
const NOT_FOUND: &str = "The resource could not be found.";

/// A token for [`harness::GROUP`], asked for as the documentation does: without any body.
async fn asks(who: &Person) -> Answer {
    who.sends(who.request(Method::POST, CREATE)).await
}

/// The token that an answer gives.
fn token_in(answer: Answer) -> String {
    answer.is(200).text_at("/token").to_owned()
}

async fn makes(who: &Person) -> String {
    token_in(asks(who).await)
}

async fn joins(who: &Person, token: &str) -> Answer {
    who.posts(JOIN, &json!({ "token": token })).await
}

/// Asks with this body, declared as this type where one is given.
async fn sends(
    who: &Person,
    path: &str,
    kind: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let request = who.request(Method::POST, path).body(body);
    let request = if let Some(kind) = kind { request.header(CONTENT_TYPE, kind) } else { request };
    who.sends(request).await
}

/// This answer, which must be the API's error of this status and sentence, and nothing else.
#[track_caller]
fn fails(answer: Answer, status: u16, sentence: &str) -> Answer {
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (status, json!({ "error": sentence }).to_string().as_str())
    );
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        (answer.header("cache-control"), answer.header("x-content-type-options")),
        ("no-store", "nosniff")
    );
    answer
}

/// The token under more caveats, as its holder makes it without asking.
fn narrowed(token: &str, caveats: &[&str]) -> String {
    let macaroon = Macaroon::parse(token).expect("a macaroon");
    caveats
        .iter()
        .fold(macaroon, |macaroon, caveat| macaroon.narrowed(caveat).expect("short"))
        .to_base62()
}

fn already(user: &str) -> String {
    format!("Bad value: user:{user} is already a member of group:3773")
}
