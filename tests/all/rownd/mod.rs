//! Tests of the rownd API over HTTP (docs/contracts/rownd.md).

mod accept;
mod bad_input;
mod create;
mod credentials;
mod delete;
mod errors;
mod first_owner;
mod groups;
mod lists;
mod members;
mod races;
mod shape;
mod update;

use harness::{Answer, GROUP, Person};
use serde_json::{Value, json};

/// Returns the path of the invites of [`GROUP`].
fn invites() -> String {
    format!("/me/groups/{GROUP}/invites")
}

/// Returns the path of one invite of [`GROUP`].
fn invite(id: &str) -> String {
    format!("{}/{id}", invites())
}

/// Returns the path of the members of [`GROUP`].
fn members() -> String {
    format!("/me/groups/{GROUP}/members")
}

/// An invite that was created at this API.
struct Made {
    id: String,
    /// The token of the invite's link.
    token: String,
    json: Value,
}

/// Creates an invite and asserts success.
async fn made(inviter: &Person, body: Value) -> Made {
    let answer = inviter.posts(&invites(), &body).await.is(200);
    let link = answer.text_at("/link");
    let token = link.rsplit_once("/i/").expect("a link has a token").1.to_owned();
    Made {
        id: answer.text_at("/invitation/id").to_owned(),
        token,
        json: answer.json["invitation"].clone(),
    }
}

/// Asserts that the answer is this error, with all fields of the published form: each public SDK
/// reads different ones.
#[track_caller]
fn fails(answer: Answer, status: u16, code: &str) -> Answer {
    assert_eq!(
        (answer.status, answer.json["code"].as_str()),
        (status, Some(code)),
        "{}",
        answer.text
    );
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(keys(&answer.text), ["statusCode", "error", "code", "message", "messages"]);
    let body = &answer.json;
    assert_eq!(body["statusCode"], status);
    let reason = reqwest::StatusCode::from_u16(status).unwrap().canonical_reason();
    assert_eq!(body["error"].as_str(), reason);
    let messages = body["messages"].as_array().expect("`messages` is a list");
    assert!(
        !messages.is_empty()
            && messages.iter().all(|message| message.as_str().is_some_and(|text| !text.is_empty())),
        "{body}"
    );
    assert_eq!(body["message"], messages[0]);
    answer
}

/// Asserts that the answer is an error that names this field.
#[track_caller]
fn names(answer: Answer, field: &str) {
    let answer = fails(answer, 400, "E_INVALID_BODY");
    let message = answer.text_at("/message");
    assert!(message.starts_with(&format!("{field}: ")), "{field}: {message}");
}

/// Returns the keys of a JSON object in order, without those of nested objects.
fn keys(json: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let (mut depth, mut from, mut escaped) = (0, None, false);
    for (at, c) in json.char_indices() {
        match (from, c) {
            (Some(_), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(start), '"') if !escaped => {
                if depth == 1 && json[at + 1..].starts_with(':') {
                    keys.push(json[start..at].to_owned());
                }
                from = None;
            }
            (None, '"') => from = Some(at + 1),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            _ => {}
        }
        escaped = false;
    }
    keys
}

#[test]
fn keys_returns_the_outer_keys_in_order() {
    assert_eq!(keys(r#"{"b":"x\":","a":{"c":1},"d":["e"]}"#), ["b", "a", "d"]);
}

/// Returns the body that invites this address as an editor.
fn editor(email: &str) -> Value {
    json!({"roles": ["editor"], "email": email})
}
