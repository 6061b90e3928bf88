//! Tests of the evanta API over HTTP (docs/contracts/evanta.md).

mod acts;
mod create;
mod credentials;
mod decline;
mod join;
mod lists;
mod paths;
mod refusals;
mod shape;

use harness::{Answer, App, GROUP, Person};
use serde_json::{Value, json};

/// The user id of the invitee in the published example.
const INVITED: &str = "29845";

/// Returns the invites of a list.
#[track_caller]
fn invites(answer: &Answer) -> &[Value] {
    answer.json["group_invites"]
        .as_array()
        .unwrap_or_else(|| panic!("the answer has no list of invites: {}", answer.text))
}

/// Returns the answer to a body without its root key.
fn missing(root: &str) -> String {
    format!("{{\"status\":\"400\",\"error\":\"param is missing or the value is empty: {root}\"}}")
}

const ACCESS_DENIED: &str = r#"{"errors":["access_denied"]}"#;
const TAKEN: &str = r#"{"user_id":["has already been taken"]}"#;
const A_MEMBER: &str = r#"{"group_member":["Cannot invite users that are current group members"]}"#;

/// Writes the user's profile into the directory.
async fn write_user(app: &App, user: &str, profile: &Value) {
    app.directory().writes_user(user, profile).await.is(200);
}

/// Creates [`GROUP`] with this type, and puts [`INVITED`] into the directory. Returns the published
/// example's owner and invitee.
async fn owner_and_invitee(app: &App, kind: &str) -> (Person, Person) {
    let owner = app.user("29842").name("Generic User");
    owner.creates(json!({"id": GROUP, "name": "Private Group", "description": "Private group", "type": kind})).await;
    write_user(
        app,
        INVITED,
        &json!({"email": "juliet@towne.com", "first_name": "Sonny", "last_name": "Tromp"}),
    )
    .await;
    (owner, app.user(INVITED).email("juliet@towne.com"))
}
