//! Tests of the onezone API over HTTP (docs/contracts/onezone.md).

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
/// The prefix of the documented paths. The API also answers without it.
const PREFIX: &str = "/api/v3/onezone";
const NOT_UNDERSTOOD: &str = "Provided data could not be understood by the server";
const BAD_TOKEN: &str = "Bad value: provided \"token\" is not a valid token";
const BAD_TYPE: &str = "Bad value: provided \"token\" is of invalid type";
const FORBIDDEN: &str = "You are not authorized to perform this operation.";
const NOT_FOUND: &str = "The resource could not be found.";

/// Requests a token for [`harness::GROUP`] without a body, as in the documentation.
async fn requests_token(person: &Person) -> Answer {
    person.sends(person.request(Method::POST, CREATE)).await
}

/// Returns the token in the answer.
fn token_in(answer: Answer) -> String {
    answer.is(200).text_at("/token").to_owned()
}

/// Creates a token for [`harness::GROUP`] and asserts success.
async fn creates_token(person: &Person) -> String {
    token_in(requests_token(person).await)
}

async fn joins(person: &Person, token: &str) -> Answer {
    person.posts(JOIN, &json!({ "token": token })).await
}

/// Sends a `POST` with this body and, if there is one, this content type.
async fn sends(
    person: &Person,
    path: &str,
    kind: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let request = person.request(Method::POST, path).body(body);
    let request = if let Some(kind) = kind { request.header(CONTENT_TYPE, kind) } else { request };
    person.sends(request).await
}

/// Asserts that the answer is exactly the API's error with this status and sentence.
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

/// Returns the token with these caveats added, as its holder can add them without a request.
fn narrowed(token: &str, caveats: &[&str]) -> String {
    let macaroon = Macaroon::parse(token).expect("the token is a macaroon");
    caveats
        .iter()
        .fold(macaroon, |macaroon, caveat| {
            macaroon.narrowed(caveat).expect("the caveat fits the macaroon")
        })
        .to_base62()
}

/// Returns the sentence for a user who is already a member.
fn already_a_member(user: &str) -> String {
    format!("Bad value: user:{user} is already a member of group:3773")
}
