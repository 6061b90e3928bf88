//! Blocking senders, and refusing all invites.

use harness::{Answer, App, Person, eventually};
use serde_json::{Value, json};

async fn declines_and_blocks(person: &Person, token: &str, block: &str) -> Answer {
    person.posts("/v1/invites/decline", &json!({"token": token, "block": block})).await
}

/// Returns the answer without what differs between two invites of the same kind.
fn shape(answer: &Answer) -> Value {
    let mut body = answer.json.clone();
    for name in ["id", "token", "url", "invitee", "created_at", "updated_at", "expires_at"] {
        body[name] = Value::Null;
    }
    body["delivery"]["updated_at"] = Value::Null;
    body
}

#[tokio::test]
async fn a_blocked_inviter_sees_what_it_always_saw_and_no_mail_goes_out() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let first = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    declines_and_blocks(&ada, &first.token, "inviter").await.is(200);
    let (to_ada, to_bob) = (
        alice.invites(json!({"email": "ada@example.com"})).await.is(201),
        alice.invites(json!({"email": "bob@example.com"})).await.is(201),
    );
    let mut expected = shape(&to_bob);
    // It is the second generation and version of the same id.
    expected["etag"] = to_ada.json["etag"].clone();
    assert_eq!(shape(&to_ada), expected);
    let names =
        |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&to_ada), names(&to_bob));
    app.mail_to("bob@example.com").await;
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
    let id = to_ada.text_at("/id");
    let delivery = alice.reads(id).await.json["delivery"].clone();
    assert_eq!((&delivery["state"], &delivery["reason"]), (&json!("suppressed"), &Value::Null));
    assert!(ada.looks_into_inbox().await.data().is_empty());
    // The evanta API's list is an inbox too.
    let evanta = ada.gets("/group_invites/groups").await;
    assert_eq!(evanta.json, json!({"group_invites": []}), "{}", evanta.text);

    // The link itself still works, and so does the end of the block.
    ada.deletes("/v1/me/blocks/inviter/alice").await.is(204);
    assert_eq!(ada.looks_into_inbox().await.each("id"), [id]);
    ada.accepts(to_ada.text_at("/token")).await.is(200);
}

#[tokio::test]
async fn a_blocked_group_is_blocked_whoever_invites() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, ada) = (app.person("bob"), app.person("ada"));
    alice.takes_in(&bob, json!(["admin"])).await;
    let first = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    declines_and_blocks(&ada, &first.token, "group").await.is(200);
    bob.invited(json!({"email": "ada@example.com"})).await;
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
    assert!(ada.looks_into_inbox().await.data().is_empty());
    // Another group of the same inviter is not blocked.
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    alice.invites_to("other", json!({"email": "ada@example.com"})).await.is(201);
    app.mail_to("ada@example.com").await;
    assert_eq!(ada.looks_into_inbox().await.data().len(), 1);
}

#[tokio::test]
async fn a_blocked_person_cannot_reach_by_resending_anothers_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, ada) = (app.person("bob"), app.person("ada"));
    alice.takes_in(&bob, json!(["admin"])).await;
    ada.puts("/v1/me/blocks/inviter/bob", &json!({})).await.is(200);
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.mail_to("ada@example.com").await;
    app.advance(60);
    bob.resends(&invited.id, json!({})).await.is(200);
    app.settled(&alice).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
    assert!(ada.looks_into_inbox().await.data().is_empty());
}

#[tokio::test]
async fn refusing_all_invites_ends_what_is_pending() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let other = alice.invites_to("other", json!({"email": "ada@example.com", "notify": false}));
    let other = other.await.is(201).text_at("/id").to_owned();
    declines_and_blocks(&ada, &invited.token, "all").await.is(200);
    let ended = eventually("the other invite ends", || async {
        let read = alice.gets(&format!("/v1/groups/other/invites/{other}")).await.json;
        (read["state"] != "pending").then_some(read)
    })
    .await;
    assert_eq!(
        (&ended["state"], &ended["resolution_reason"], &ended["resolved_by"]["id"]),
        (&json!("revoked"), &json!("opted_out"), &json!("ada"))
    );
    assert_eq!(alice.reads(&invited.id).await.json["state"], "declined");
    assert_eq!(ada.gets("/v1/me").await.json["refuses_invites"], true);
    alice.invites(json!({"email": "ada@example.com"})).await.refuses(403, "invites_refused");
    // An app can opt a person out too.
    app.directory().writes_user("bob", &json!({"first_name": "Bob"})).await.is(200);
    let bob = alice.invited(json!({"user_id": "bob"})).await.id;
    app.directory().writes_user("bob", &json!({"refuses_invites": true})).await.is(200);
    eventually("bob's invite ends", || async {
        (alice.reads(&bob).await.json["resolution_reason"] == "opted_out").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_new_person_who_blocks_is_known_by_the_invited_address() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let person = || json!({"person": {"email": "ada@example.com", "first_name": "Ada"}});
    let mut first = person();
    first["notify"] = json!(false);
    let first = alice.invited(first).await;
    declines_and_blocks(&ada, &first.token, "inviter").await.is(200);
    assert_eq!(ada.gets("/v1/me").await.json["email"], "ada@example.com");
    alice.invited(person()).await;
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn blocking_needs_a_sign_in_and_a_known_kind() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let before = app.table().await;
    declines_and_blocks(&app.nobody(), &invited.token, "inviter")
        .await
        .refuses(401, "unauthenticated");
    declines_and_blocks(&app.person("ada"), &invited.token, "everybody")
        .await
        .refuses(422, "invalid_body");
    declines_and_blocks(&app.person("eve"), "bkn_1", "inviter")
        .await
        .refuses(404, "invite_not_found");
    let ada = app.person("ada");
    ada.puts("/v1/me/blocks/everybody/alice", &json!({})).await.refuses(404, "not_found");
    app.nobody().puts("/v1/me/blocks/group/3773", &json!({})).await.refuses(401, "unauthenticated");
    ada.gets("/v1/me/blocks/inviter/alice").await.refuses(404, "block_not_found");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn blocks_are_listed_read_repeated_and_removed() {
    let app = App::start().await;
    let ada = app.person("ada");
    let path = |kind: &str, id: &str| format!("/v1/me/blocks/{kind}/{id}");
    let first = ada.puts(&path("inviter", "alice"), &json!({})).await.is(200);
    assert_eq!((&first.json["kind"], &first.json["id"]), (&json!("inviter"), &json!("alice")));
    app.advance(60);
    let again = ada.puts(&path("inviter", "alice"), &json!({})).await.is(200);
    assert_eq!(again.json, first.json);
    for id in ["3773", "a", "b"] {
        ada.puts(&path("group", id), &json!({})).await.is(200);
    }
    assert_eq!(ada.gets(&path("group", "a")).await.is(200).json["object"], "block");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ada.gets(&format!("/v1/me/blocks?limit=3{cursor}")).await.is(200);
        seen.extend(page.each("id"));
        match page.next_cursor() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["3773", "a", "b", "alice"]);
    // Nobody else sees them.
    let eve = app.person("eve");
    assert!(eve.gets("/v1/me/blocks").await.is(200).data().is_empty());
    eve.gets("/v1/me/blocks?cursor=forged").await.refuses(400, "invalid_cursor");
    for _ in 0..2 {
        ada.deletes(&path("group", "a")).await.is(204);
    }
    ada.gets(&path("group", "a")).await.refuses(404, "block_not_found");
    assert_eq!(ada.gets("/v1/me/blocks").await.each("id"), ["3773", "b", "alice"]);
}
