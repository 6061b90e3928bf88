//! The chembiohub API over HTTP: whom it lets in, whom it mails, what it answers
//! (docs/contracts/chembiohub.md).

mod accept;
mod bad_input;
mod create;
mod credentials;
mod lists;
mod reminders;
mod shape;

use harness::{Answer, App, Person};
use serde_json::{Value, json};

/// Where invitations are made and listed.
const PATH: &str = "/chembiohub/api/invitations/";
/// What a 409 asks.
const EXISTS: &str = r#"{"error":"User already exists, do you wish to invite again?"}"#;

/// Somebody whom the directory knows as "In Viter".
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

/// The same, owning the projects 1 (P1) and 2 (P2).
async fn owner_of_two(app: &App) -> Person {
    let inviter = inviter(app).await;
    for (id, name) in [("1", "P1"), ("2", "P2")] {
        inviter.creates(json!({"id": id, "name": name})).await;
    }
    inviter
}

/// The person's answer to this invitation.
async fn invites(actor: &Person, body: &Value) -> Answer {
    actor.posts(PATH, body).await
}

/// An invitation of Ada to these projects.
fn ada(projects: &[u64]) -> Value {
    let projects: Vec<Value> = projects.iter().map(|id| json!({ "id": id })).collect();
    json!({"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "projects_selected": projects})
}

/// The same with `remind`.
fn remind(projects: &[u64]) -> Value {
    let mut body = ada(projects);
    body["remind"] = json!(true);
    body
}

/// Ada, known to the directory.
async fn known_ada(app: &App) -> Person {
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"email": "ada@example.com", "first_name": "Ada"})).await.is(200);
    ada
}

/// The roles that each of the group's members has, by user.
async fn members(actor: &Person, group: &str) -> Vec<(String, Value)> {
    let answer = actor.gets(&format!("/v1/groups/{group}/members?limit=100")).await.is(200);
    answer
        .data()
        .iter()
        .map(|member| (member["user_id"].as_str().unwrap().to_owned(), member["roles"].clone()))
        .collect()
}

fn message(answer: &Answer) -> &str {
    answer.text_at("/message")
}
