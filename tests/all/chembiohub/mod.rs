//! Tests of the chembiohub API over HTTP (docs/contracts/chembiohub.md).

mod accept;
mod bad_input;
mod create;
mod credentials;
mod lists;
mod reminders;
mod shape;

use harness::{Answer, App, Person};
use serde_json::{Value, json};

/// The path on which invitations are created and listed.
const PATH: &str = "/chembiohub/api/invitations/";
/// The body of a 409.
const EXISTS: &str = r#"{"error":"User already exists, do you wish to invite again?"}"#;

/// Returns a person whose name in the directory is "In Viter".
async fn inviter(app: &App) -> Person {
    let inviter = app.user("1").email("inviter@example.com").name("I. V.");
    inviter
        .puts(
            "/v1/me",
            &json!({"email": "inviter@example.com", "first_name": "In", "last_name": "Viter"}),
        )
        .await
        .is(200);
    inviter
}

/// Returns [`inviter`] as the owner of the projects 1 (P1) and 2 (P2).
async fn owner_of_two(app: &App) -> Person {
    let inviter = inviter(app).await;
    for (id, name) in [("1", "P1"), ("2", "P2")] {
        inviter.creates(json!({"id": id, "name": name})).await;
    }
    inviter
}

/// Sends a request for an invitation and returns the answer.
async fn invites(actor: &Person, body: &Value) -> Answer {
    actor.posts(PATH, body).await
}

/// Returns the body that invites Ada to these projects.
fn ada(projects: &[u64]) -> Value {
    let projects: Vec<Value> = projects.iter().map(|id| json!({ "id": id })).collect();
    json!({"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "projects_selected": projects})
}

/// Returns the body of [`ada`] with `remind`.
fn remind(projects: &[u64]) -> Value {
    let mut body = ada(projects);
    body["remind"] = json!(true);
    body
}

/// Puts Ada into the directory and returns her.
async fn known_ada(app: &App) -> Person {
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"email": "ada@example.com", "first_name": "Ada"})).await.is(200);
    ada
}

/// Returns the members of the group, each with their roles.
async fn members(actor: &Person, group: &str) -> Vec<(String, Value)> {
    let answer = actor.gets(&format!("/v1/groups/{group}/members?limit=100")).await.is(200);
    answer
        .data()
        .iter()
        .map(|member| (member["user_id"].as_str().unwrap().to_owned(), member["roles"].clone()))
        .collect()
}

/// Returns the answer's message.
fn message(answer: &Answer) -> &str {
    answer.text_at("/message")
}
