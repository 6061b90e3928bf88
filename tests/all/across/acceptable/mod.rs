//! Whether an invite can be accepted now: asked alike by every API, before and at acceptance.

mod anew;
mod declined;
mod domains;
mod held;
mod shown;

use harness::{Answer, App, GROUP, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// The invitee's platform account: its type and id.
const ACCOUNT: (i32, &str) = (3, "4611686018429783292");

/// More members than a test has.
const SEATS: u32 = 100;

/// Returns the owner of [`GROUP`], with what the bungie API asks for.
async fn owner(app: &App) -> Person {
    let owner = app.person("29842").name("Grace Hopper").claim("scope", json!("AdminGroups"));
    // The members of a group are counted only if it is made with a limit.
    owner.creates_group_with(json!({"max_members": SEATS})).await;
    owner
}

/// Returns a person who proves this address, the user id 29845 and [`ACCOUNT`].
fn ada(app: &App, address: &str) -> Person {
    let (membership_type, membership_id) = ACCOUNT;
    let accounts = json!([{"membership_type": membership_type, "membership_id": membership_id}]);
    app.user("29845").email(address).claim("accounts", accounts)
}

/// Writes the invitee's record into the directory.
async fn ada_is_known(app: &App, address: &str) {
    app.directory().writes_user("29845", &json!({"email": address})).await.is(200);
}

/// Takes Bob in as an admin and returns him.
async fn bob(app: &App, owner: &Person, role: &str) -> Person {
    let bob = app.person("bob").claim("scope", json!("AdminGroups"));
    owner.takes_in(&bob, json!([role])).await;
    bob
}

/// Posts with an API key. The bungie API needs one; the others ignore it.
async fn post(person: &Person, path: &str, body: &Value) -> Answer {
    let request = person.request(Method::POST, path).header("x-api-key", "acceptable");
    person.sends(request.json(body)).await
}

/// Joins by the evanta API.
async fn joins(person: &Person) -> Answer {
    let group: u64 = GROUP.parse().expect("the group's id is a number");
    person.posts("/group_members", &json!({"group_member": {"group_id": group}})).await
}

/// Invites the account by the bungie API.
async fn invites_account(person: &Person) -> Answer {
    let (kind, id) = ACCOUNT;
    let path = format!("/GroupV2/{GROUP}/Members/IndividualInvite/{kind}/{id}/");
    post(person, &path, &json!({"message": "Join us"})).await
}

/// Invites 29845 by the evanta API.
async fn invites_user(person: &Person) -> Answer {
    let body = json!({"group_invite": {"user_id": 29845, "group_id": 3773}});
    person.posts("/group_invites", &body).await
}

/// Invites an address by the rownd API.
async fn invites_at_rownd(person: &Person, address: &str) -> Answer {
    let body = json!({"roles": ["member"], "email": address});
    person.posts(&format!("/me/groups/{GROUP}/invites"), &body).await
}

/// Invites an address by the chembiohub API, or reminds of the invite.
async fn invites_to_project(person: &Person, address: &str, remind: bool) -> Answer {
    let body = json!({"email": address, "projects_selected": [{"id": 3773}], "remind": remind});
    person.posts("/chembiohub/api/invitations/", &body).await
}

/// Accepts by the rownd API.
async fn accepts_at_rownd(person: &Person, id: &str) -> Answer {
    person.posts(&format!("/me/groups/{GROUP}/invites/{id}/accept"), &json!({})).await
}

/// Joins by the onezone API.
async fn joins_by_token(person: &Person, token: &str) -> Answer {
    person.posts("/user/groups/join", &json!({"token": token})).await
}
