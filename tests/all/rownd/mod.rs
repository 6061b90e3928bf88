//! The rownd API over HTTP (docs/contracts/rownd.md).

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

/// The invites of [`GROUP`] at this API.
fn invites() -> String {
    format!("/me/groups/{GROUP}/invites")
}

/// One of them.
fn invite(id: &str) -> String {
    format!("{}/{id}", invites())
}

/// The members of [`GROUP`] at this API.
fn members() -> String {
    format!("/me/groups/{GROUP}/members")
}

/// An invite that this person has made here.
struct Made {
    id: String,
    /// The token of its link.
    token: String,
    json: Value,
}

/// Makes an invite, which must work.
async fn made(inviter: &Person, body: Value) -> Made {
    let answer = inviter.posts(&invites(), &body).await.is(200);
    let link = answer.text_at("/link");
    let token = link.rsplit_once("/i/").expect("a link leads to the page").1.to_owned();
    Made {
        id: answer.text_at("/invitation/id").to_owned(),
        token,
        json: answer.json["invitation"].clone(),
    }
}

/// The answer, which must be this error in the published form: the public SDKs need its fields in
/// different choices, so all must be there.
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
    let messages = body["messages"].as_array().expect("a list");
    assert!(
        !messages.is_empty()
            && messages.iter().all(|message| message.as_str().is_some_and(|text| !text.is_empty())),
        "{body}"
    );
    assert_eq!(body["message"], messages[0]);
    answer
}

/// The error that says which field is not right.
#[track_caller]
fn names(answer: Answer, field: &str) {
    let answer = fails(answer, 400, "E_INVALID_BODY");
    let message = answer.text_at("/message");
    assert!(message.starts_with(&format!("{field}: ")), "{field}: {message}");
}

/// The keys of a JSON object, in the order in which they were sent; nested ones left out.
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
fn keys_are_found_in_their_order() {
    assert_eq!(keys(r#"{"b":"x\":","a":{"c":1},"d":["e"]}"#), ["b", "a", "d"]);
}

/// The body that invites this address as an editor.
fn editor(email: &str) -> Value {
    json!({"roles": ["editor"], "email": email})
}
