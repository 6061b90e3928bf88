//! The evanta API, as Evanta's clients use it (docs/contracts/evanta.md).

mod acts;
mod create;
mod credentials;
mod decline;
mod join;
mod lists;
mod refusals;
mod shape;

use harness::{Answer, App, GROUP, Person};
use serde_json::{Value, json};

/// The one whom the published example invites.
const INVITED: &str = "29845";

/// A list's invites.
#[track_caller]
fn invites(answer: &Answer) -> &[Value] {
    answer.json["group_invites"].as_array().unwrap_or_else(|| panic!("not a list: {}", answer.text))
}

/// What a body without its root key is told.
fn missing(root: &str) -> String {
    format!("{{\"status\":\"400\",\"error\":\"param is missing or the value is empty: {root}\"}}")
}

const ACCESS_DENIED: &str = r#"{"errors":["access_denied"]}"#;
const TAKEN: &str = r#"{"user_id":["has already been taken"]}"#;

const A_MEMBER: &str = r#"{"group_member":["Cannot invite users that are current group members"]}"#;

/// The app, which writes the directory.
async fn knows(app: &App, user: &str, profile: &Value) {
    app.directory().puts(&format!("/v1/users/{user}"), profile).await.is(200);
}

/// The published example's owner with [`GROUP`] of this type, and [`INVITED`], whom the directory
/// knows.
async fn stage(app: &App, kind: &str) -> (Person, Person) {
    let owner = app.user("29842").name("Generic User");
    owner.creates(json!({"id": GROUP, "name": "Private Group", "description": "Private group", "type": kind})).await;
    knows(
        app,
        INVITED,
        &json!({"email": "juliet@towne.com", "first_name": "Sonny", "last_name": "Tromp"}),
    )
    .await;
    (owner, app.user(INVITED).email("juliet@towne.com"))
}
