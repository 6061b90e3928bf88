//! Names are those of the present, at every API, in mails and on pages
//! (docs/contracts/native.md#the-invite).

use harness::{App, GROUP, Person};
use reqwest::Method;
use serde_json::{Value, json};

const RENAMED: &str = "Renamed Group";

/// Returns the owner of [`GROUP`], whose token has no name. The directory knows her.
async fn owner_known_to_the_directory(app: &App) -> Person {
    let alice = app.person("alice").claim("scope", json!("AdminGroups"));
    writes_name(app, "alice", "Alice", "Liddell").await;
    alice.creates_group().await;
    alice
}

async fn writes_name(app: &App, user: &str, first_name: &str, last_name: &str) {
    let name = json!({"first_name": first_name, "last_name": last_name});
    app.directory().writes_user(user, &name).await.is(200);
}

async fn renames(owner: &Person, group: &str) {
    owner.patches(&format!("/v1/groups/{group}"), &json!({"name": RENAMED})).await.is(200);
}

fn inviter(json: &Value) -> &Value {
    &json["created_by"]["name"]
}

/// Asserts what the inviter, the invitee and the holder of the link see as the inviter's name.
async fn all_see_inviter(alice: &Person, ada: &Person, id: &str, token: &str, name: &str) {
    assert_eq!(inviter(&alice.reads(id).await.is(200).json), name);
    assert_eq!(inviter(&alice.lists("").await.is(200).data()[0]), name);
    assert_eq!(inviter(&ada.looks_into_inbox().await.is(200).data()[0]), name);
    assert_eq!(inviter(&ada.previews(token).await.is(200).json), name);
    let page = ada.opens(token).await.is(200).text;
    assert!(page.contains(name), "{page}");
}

#[tokio::test]
async fn an_inviter_has_the_name_of_the_directory() {
    let app = App::start().await;
    let (alice, ada) = (owner_known_to_the_directory(&app).await, app.person("ada"));
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    assert_eq!(inviter(&invited.json), "Alice Liddell");
    let mail = app.mail_to("ada@example.com").await;
    assert!(mail.subject.starts_with("Alice Liddell invited you"), "{}", mail.subject);
    all_see_inviter(&alice, &ada, &invited.id, &invited.token, "Alice Liddell").await;

    // The directory's name wins over those of the membership and of the token.
    let alice = alice.name("Queen of Hearts");
    let again = alice.invited(json!({"email": "bob@example.com"})).await;
    assert_eq!(inviter(&again.json), "Alice Liddell");

    writes_name(&app, "alice", "Alice", "Hargreaves").await;
    all_see_inviter(&alice, &ada, &invited.id, &invited.token, "Alice Hargreaves").await;
    let declined = ada.declines(&invited.token).await.is(200);
    assert_eq!(inviter(&declined.json["invite"]), "Alice Hargreaves");
    let revoked = alice.revokes(&again.id).await.is(200);
    assert_eq!(inviter(&revoked.json), "Alice Hargreaves");
    assert_eq!(revoked.text_at("/resolved_by/name"), "Alice Hargreaves");
}

#[tokio::test]
async fn an_inviter_without_a_record_has_the_name_of_the_membership_or_the_token() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    assert_eq!(inviter(&invited.json), "Alice");
    // The token of the second request has no name.
    let nameless = app.person("alice");
    let second = nameless.invited(json!({"email": "bob@example.com"})).await;
    assert_eq!(inviter(&second.json), "Alice");
    let page = app.nobody().opens(&second.token).await.is(200).text;
    assert!(page.contains("Alice"), "{page}");
}

#[tokio::test]
async fn the_chembiohub_api_names_the_inviter_by_the_directory() {
    let app = App::start().await;
    let alice = owner_known_to_the_directory(&app).await;
    let body = json!({"email": "ada@example.com", "projects_selected": [{"id": 3773}]});
    let path = "/chembiohub/api/invitations/";
    let created = alice.posts(path, &body).await.is(201);
    assert_eq!(created.text_at("/created_by/display_name"), "Alice Liddell");
    let mail = app.mail_to("ada@example.com").await;
    assert!(mail.subject.ends_with(" by Alice Liddell"), "{}", mail.subject);
    writes_name(&app, "alice", "Alice", "Hargreaves").await;
    let id = created.json["id"].to_string();
    for answer in [
        alice.gets(&format!("{path}{id}/")).await.is(200).json,
        alice.gets(path).await.is(200).json["objects"][0].clone(),
    ] {
        let by = &answer["created_by"];
        assert_eq!(
            (&by["display_name"], &by["first_name"], &by["last_name"]),
            (&json!("Alice Hargreaves"), &json!("Alice"), &json!("Hargreaves"))
        );
    }
    // A reminder names the person who asks for it.
    let remind =
        json!({"email": "ada@example.com", "projects_selected": [{"id": 3773}], "remind": true});
    app.advance(61);
    alice.posts(path, &remind).await.is(201);
    let mail = app.nth_mail_to("ada@example.com", 2).await;
    assert!(mail.subject.starts_with("Alice Hargreaves would like"), "{}", mail.subject);
}

#[tokio::test]
async fn a_group_has_its_present_name_wherever_an_invite_shows_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    let second = alice.invited(json!({"email": "bob@example.com"})).await;
    let third = alice.invited(json!({"email": "carl@example.com"})).await;
    renames(&alice, GROUP).await;
    let name = |json: &Value| json["group"]["name"].clone();
    assert_eq!(name(&alice.reads(&first.id).await.json), RENAMED);
    assert_eq!(name(&alice.lists("?state=pending").await.data()[0]), RENAMED);
    assert_eq!(name(&ada.looks_into_inbox().await.data()[0]), RENAMED);
    assert_eq!(name(&ada.previews(&first.token).await.json), RENAMED);
    assert!(ada.opens(&first.token).await.text.contains(RENAMED));
    assert_eq!(name(&alice.revokes(&second.id).await.json), RENAMED);
    assert_eq!(name(&app.nobody().declines(&third.token).await.json["invite"]), RENAMED);
    let accepted = ada.accepts(&first.token).await.is(200);
    assert_eq!(name(&accepted.json["invite"]), RENAMED);
    // Accepting again, too.
    let again = ada.accepts(&first.token).await.is(200);
    assert_eq!(name(&again.json["invite"]), RENAMED);
    assert_eq!(name(&alice.lists("?state=accepted").await.data()[0]), RENAMED);
}

#[tokio::test]
async fn the_published_apis_show_the_present_name_of_the_group() {
    let app = App::start().await;
    let alice = app.person("alice").claim("scope", json!("AdminGroups"));
    alice.creates_group().await;
    let account = json!([{"membership_type": 3, "membership_id": "4611686018467322796"}]);
    let ada = app.person("ada").claim("accounts", account.clone());
    app.directory().writes_user("ada", &json!({"accounts": account})).await.is(200);
    let invited = alice.invited(json!({"user_id": "ada"})).await;
    renames(&alice, GROUP).await;

    let evanta = ada.gets("/group_invites/groups").await.is(200);
    assert_eq!(evanta.text_at("/group_invites/0/group/name"), RENAMED);
    let potential = "/Platform/GroupV2/User/Potential/3/4611686018467322796/2/0/";
    let request = ada.request(Method::GET, potential).header("X-API-Key", "any-key");
    let bungie = ada.sends(request).await.is(200);
    assert_eq!(bungie.text_at("/Response/results/0/group/name"), RENAMED);
    let path = format!("/me/groups/{GROUP}/invites/{}/accept", invited.id);
    let rownd = ada.posts(&path, &json!({})).await.is(200);
    assert_eq!(rownd.text_at("/group/name"), RENAMED);
}

#[tokio::test]
async fn the_other_groups_of_a_link_have_their_present_names() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.creates(json!({"id": "2", "name": "Second"})).await;
    let body = json!({"email": "ada@example.com", "projects_selected": [{"id": 3773}, {"id": 2}]});
    alice.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let token = app.mail_to("ada@example.com").await.token();
    renames(&alice, "2").await;
    let preview = app.nobody().previews(&token).await.is(200);
    assert_eq!(preview.json["further_groups"], json!([{ "name": RENAMED }]));
    let page = app.nobody().opens(&token).await.is(200).text;
    assert!(page.contains(RENAMED) && !page.contains("Second"), "{page}");
}

#[tokio::test]
async fn an_ended_invite_names_the_person_who_ended_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada").name("Ada Lovelace");
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let accepted = ada.accepts(&invited.token).await.is(200);
    assert_eq!(accepted.text_at("/invite/resolved_by/name"), "Ada Lovelace");
    assert_eq!(alice.reads(&invited.id).await.text_at("/resolved_by/name"), "Ada Lovelace");
    // The name stays when the person leaves.
    ada.removes("ada").await.is(204);
    assert_eq!(alice.reads(&invited.id).await.text_at("/resolved_by/name"), "Ada Lovelace");

    // An invitee who declines is no member. The token alone has the name.
    let bob = app.person("bob").name("Bob");
    let invited = alice.invited(json!({"email": "bob@example.com"})).await;
    bob.declines(&invited.token).await.is(200);
    assert_eq!(alice.reads(&invited.id).await.text_at("/resolved_by/name"), "Bob");
    let listed = alice.lists("?state=declined").await;
    assert_eq!(listed.data()[0]["resolved_by"], json!({"id": "bob", "name": "Bob"}));
    writes_name(&app, "bob", "Robert", "Tables").await;
    assert_eq!(alice.reads(&invited.id).await.text_at("/resolved_by/name"), "Robert Tables");

    // Nobody signed in.
    let invited = alice.invited(json!({"email": "carl@example.com"})).await;
    app.nobody().declines(&invited.token).await.is(200);
    assert!(alice.reads(&invited.id).await.json["resolved_by"].is_null());
}

#[tokio::test]
async fn a_member_has_the_name_of_the_directory() {
    let app = App::start().await;
    let alice = app.owner().await;
    let names = async || alice.gets("/v1/groups/3773/members").await.is(200).each("name");
    assert_eq!(names().await, ["Alice"]);
    writes_name(&app, "alice", "Alice", "Liddell").await;
    assert_eq!(names().await, ["Alice Liddell"]);
    let changed = alice.gives_roles("alice", json!(["owner", "member"])).await.is(200);
    assert_eq!(changed.text_at("/name"), "Alice Liddell");
}

/// Two groups that invite the same person under different names.
struct TwoNames {
    app: App,
    anna: Person,
    carla: Person,
    grumpy: harness::Invited,
    lovelace: harness::Invited,
}

async fn two_names() -> TwoNames {
    let app = App::start().await;
    let (anna, carla) = (app.person("anna"), app.person("carla"));
    anna.creates(json!({"id": "a", "name": "A"})).await;
    carla.creates(json!({"id": "c", "name": "C"})).await;
    let person = |first_name: &str, last_name: &str| json!({"person": {"email": "ada@example.com", "first_name": first_name, "last_name": last_name}});
    let grumpy = harness::Invited::of(anna.invites_to("a", person("Grumpy", "Cat")).await);
    let lovelace = harness::Invited::of(carla.invites_to("c", person("Ada", "Lovelace")).await);
    TwoNames { app, anna, carla, grumpy, lovelace }
}

fn both(user: &Value) -> (&Value, &Value) {
    (&user["first_name"], &user["last_name"])
}

#[tokio::test]
async fn a_name_from_one_invite_never_shows_through_another() {
    let TwoNames { app, anna, carla, grumpy, lovelace } = two_names().await;
    // No record of the directory has a name that an inviter gave.
    let pending = app.items("user").await;
    assert!(!format!("{pending:?}").contains("Grumpy"), "{pending:?}");
    let ada = app.person("ada");
    let accepted = ada.accepts(&lovelace.token).await.is(200);
    assert_eq!(accepted.text_at("/membership/name"), "Ada Lovelace");
    let me = ada.gets("/v1/me").await.is(200).json;
    assert_eq!(both(&me), (&json!("Ada"), &json!("Lovelace")));
    let members = carla.gets("/me/groups/c/members").await.is(200).text;
    assert!(members.contains("Lovelace") && !members.contains("Grumpy"), "{members}");

    // Her own name stays when she accepts the other invite.
    let accepted = ada.accepts(&grumpy.token).await.is(200);
    assert_eq!(accepted.text_at("/membership/name"), "Ada Lovelace");
    let me = ada.gets("/v1/me").await.is(200).json;
    assert_eq!(both(&me), (&json!("Ada"), &json!("Lovelace")));
    let members = anna.gets("/me/groups/a/members").await.is(200).text;
    assert!(members.contains("Lovelace") && !members.contains("Grumpy"), "{members}");
}

#[tokio::test]
async fn an_own_name_stays_as_a_whole() {
    let TwoNames { app, grumpy, .. } = two_names().await;
    let ada = app.person("ada");
    ada.puts("/v1/me", &json!({"first_name": "Augusta"})).await.is(200);
    ada.accepts(&grumpy.token).await.is(200);
    let me = ada.gets("/v1/me").await.is(200).json;
    assert_eq!(both(&me), (&json!("Augusta"), &Value::Null));
}

#[tokio::test]
async fn the_first_inviter_s_name_does_not_greet_the_person_in_another_s_mail() {
    let TwoNames { app, carla, .. } = two_names().await;
    app.nth_mail_to("ada@example.com", 2).await;
    let body = json!({"email": "ada@example.com"});
    carla.posts("/chembiohub/api/invitations/", &body).await.is(409);
    carla.creates(json!({"id": "3", "name": "Three"})).await;
    let body = json!({"email": "ada@example.com", "projects_selected": [{"id": 3}]});
    carla.posts("/chembiohub/api/invitations/", &body).await.is(201);
    let mail = app.nth_mail_to("ada@example.com", 3).await;
    assert!(!mail.text.contains("Grumpy") && !mail.html.contains("Grumpy"), "{}", mail.text);
}
