//! Two invitees whose invites have the same 53 bits of hash. The later one has the next id, and no
//! API takes one invite for the other's.

use harness::{App, GROUP, Person};
use serde_json::json;

/// Two addresses whose invites into [`GROUP`] have the same first id, found by a birthday search.
const FIRST: &str = "28qmmpugv0k@example.com";
const SECOND: &str = "1rpkymu571j@example.com";
/// That id.
const ID: &str = "1606336589785004";

/// Returns the owner, with a pending invite for [`FIRST`] under [`ID`], and the two people.
async fn first_is_invited(app: &App) -> (Person, Person, Person) {
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": FIRST, "notify": false})).await;
    assert_eq!(invited.id, ID);
    (alice, app.user("first").email(FIRST), app.user("second").email(SECOND))
}

/// Returns the state and the reason of the invite under [`ID`], which is always the first person's.
async fn state_of_first(alice: &Person) -> String {
    let read = alice.reads(ID).await.is(200).json;
    assert_eq!(read["invitee"]["email"], FIRST);
    read["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_invitee_has_an_invite_and_an_inbox_of_their_own() {
    let app = App::start().await;
    let (alice, first, second) = first_is_invited(&app).await;
    let invited = alice.invited(json!({"email": SECOND, "notify": false})).await;
    assert_ne!(invited.id, ID);
    let again = alice.invites(json!({"email": SECOND})).await;
    again.refuses(409, "invite_already_pending");
    assert_eq!(first.looks_into_inbox().await.each("id"), [ID]);
    assert_eq!(second.looks_into_inbox().await.each("id"), [invited.id.as_str()]);
    second.accepts_by_id(ID).await.refuses(404, "invite_not_found");
    first.accepts(&invited.token).await.refuses(403, "identity_mismatch");
    second.accepts(&invited.token).await.is(200);
    assert_eq!(state_of_first(&alice).await, "pending");
    first.accepts_by_id(ID).await.is(200);
    assert_eq!(alice.sees_members().await, ["alice", "first", "second"]);
}

#[tokio::test]
async fn a_removal_revokes_the_removed_person_s_invites_alone() {
    let app = App::start().await;
    let (alice, _, second) = first_is_invited(&app).await;
    let link = alice.invited(json!({"link": {}})).await;
    second.accepts(&link.token).await.is(200);
    alice.removes("second").await.is(204);
    assert_eq!(state_of_first(&alice).await, "pending");
}

#[tokio::test]
async fn an_invite_with_the_next_id_is_found_by_every_rule() {
    let app = App::start().await;
    let (alice, _, second) = first_is_invited(&app).await;
    let invited = alice.invited(json!({"email": SECOND, "notify": false})).await;
    // The address and its user are one person.
    app.directory().writes_user("second", &json!({"email": SECOND})).await.is(200);
    let twice = alice.invites(json!({"user_id": "second"})).await;
    twice.refuses(409, "invite_already_pending");
    // The evanta API finds the invite by the group.
    let join = json!({"group_member": {"group_id": 3773}});
    second.posts("/group_members", &join).await.is(201);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "accepted");
    assert_eq!(state_of_first(&alice).await, "pending");
}

#[tokio::test]
async fn an_owner_who_adds_a_person_ends_that_person_s_invite_alone() {
    let app = App::start().await;
    let (alice, ..) = first_is_invited(&app).await;
    let invited = alice.invited(json!({"email": SECOND, "notify": false})).await;
    app.directory().writes_user("second", &json!({"email": SECOND})).await.is(200);
    let path = format!("/me/groups/{GROUP}/members");
    alice.posts(&path, &json!({"user_id": "second", "roles": ["member"]})).await.is(200);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "revoked");
    assert_eq!(state_of_first(&alice).await, "pending");
}

#[tokio::test]
async fn one_link_accepts_the_person_s_own_invites_alone() {
    let app = App::start().await;
    let (alice, _, second) = first_is_invited(&app).await;
    alice.creates(json!({"id": "2", "name": "Second"})).await;
    let body = json!({"email": SECOND, "projects_selected": [{"id": 2}, {"id": 3773}]});
    alice.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let token = app.mail_to(SECOND).await.token();
    let preview = app.nobody().previews(&token).await.is(200);
    assert_eq!(preview.json["further_groups"], json!([{"name": "Private Group"}]));
    second.accepts(&token).await.is(200);
    assert_eq!(alice.sees_members().await, ["alice", "second"]);
    assert_eq!(state_of_first(&alice).await, "pending");
}

#[tokio::test]
async fn an_item_of_many_with_the_next_id_takes_a_place_as_any_other() {
    let app = App::start().await;
    let (alice, ..) = first_is_invited(&app).await;
    alice.sets_policy(json!({"max_pending": 2})).await;
    let item = |email: &str| json!({"email": email, "notify": false});
    let body = json!({"invites": [item("ada@example.com"), item(SECOND)]});
    let full = alice.invites(body.clone()).await.is(207);
    assert_eq!(full.json["results"][1]["problem"]["code"], "pending_limit");
    alice.sets_policy(json!({"max_pending": 3})).await;
    let made = alice.invites(body).await.is(207).json;
    assert_eq!(made["results"][0]["problem"]["code"], "invite_already_pending");
    assert_ne!(made["results"][1]["invite"]["id"], ID);
    assert_eq!(made["created"], 1);
    assert_eq!(state_of_first(&alice).await, "pending");
}
