//! Inviting a person who is invited already, replacing another invite, and dry runs.

use harness::{Answer, App, GROUP, LossyTable, Person};
use serde_json::{Value, json};

/// Asks what an invite would be, without making it.
async fn tries(person: &Person, body: Value) -> Answer {
    person.posts(&format!("/v1/groups/{GROUP}/invites?dry_run=true"), &body).await
}

/// Asserts that the answer has an invite without its token and link.
fn has_no_token(answer: &Answer) {
    assert!(!answer.text.contains("bkn_") && answer.json.get("url").is_none(), "{}", answer.text);
}

#[tokio::test]
async fn a_pending_invite_is_returned_without_its_token_if_asked_for() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let before = app.table().await;
    let body = json!({"email": "ADA@example.com", "roles": ["editor"], "on_duplicate": "return"});
    let found = alice.invites(body).await.is(200);
    assert_eq!(found.json["id"], json!(first.id));
    assert_eq!(found.json["roles"], json!(["member"]));
    assert_eq!(found.header("etag"), "\"1\"");
    has_no_token(&found);
    assert_eq!(app.table().await, before);
    // Without a pending invite it makes one.
    alice.revokes(&first.id).await.is(200);
    alice.invited(json!({"email": "ada@example.com", "on_duplicate": "return"})).await;
}

#[tokio::test]
async fn a_replaced_invite_s_link_is_dead_and_takes_no_second_place() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 1})).await;
    let body = |role: &str| json!({"email": "ada@example.com", "notify": false, "roles": [role], "on_duplicate": "replace"});
    let first = alice.invited(body("member")).await;
    let second = alice.invited(body("editor")).await;
    assert_eq!(first.id, second.id);
    let ada = app.person("ada");
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    let accepted = ada.accepts(&second.token).await.is(200);
    assert_eq!(accepted.json["membership"]["roles"], json!(["editor"]));
    // A member has nothing to replace.
    alice.invites(body("admin")).await.refuses(409, "already_member");
}

#[tokio::test]
async fn the_invite_of_one_person_under_another_identity_is_a_duplicate_too() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.directory().writes_user("ada", &json!({"email": "ada@example.com"})).await.is(200);
    let by_address = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let by_id = |on: &str| json!({"user_id": "ada", "notify": false, "on_duplicate": on});
    alice.invites(by_id("error")).await.refuses(409, "invite_already_pending");
    let found = alice.invites(by_id("return")).await.is(200);
    assert_eq!(found.json["id"], json!(by_address.id));
    has_no_token(&found);
    let replacing = alice.invited(by_id("replace")).await;
    assert_ne!(replacing.id, by_address.id);
    let old = alice.reads(&by_address.id).await.json;
    assert_eq!((&old["state"], &old["resolution_reason"]), (&json!("revoked"), &json!("replaced")));
    assert_eq!(old["resolved_by"]["id"], "alice");
    let ada = app.person("ada");
    ada.accepts(&by_address.token).await.refuses(410, "invite_revoked");
    ada.accepts(&replacing.token).await.is(200);
}

#[tokio::test]
async fn a_mistyped_invite_ends_with_the_right_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    alice.sets_policy(json!({"max_pending": 1})).await;
    let typo = alice.invited(json!({"email": "adda@example.com", "notify": false})).await;
    let body = json!({"email": "ada@example.com", "notify": false, "replaces": typo.id});
    let right = alice.invited(body.clone()).await;
    assert_eq!(alice.reads(&typo.id).await.json["resolution_reason"], "replaced");
    app.person("adda").accepts(&typo.token).await.refuses(410, "invite_revoked");
    assert_eq!(alice.lists("?state=pending").await.each("id"), [right.id.as_str()]);

    let before = app.table().await;
    let other = |id: &str| json!({"email": "eve@example.com", "notify": false, "replaces": id});
    let refused = alice.invites(other(&typo.id)).await.refuses(409, "invite_not_pending");
    assert_eq!(refused.json["state"], "revoked");
    alice.invites(other("506")).await.refuses(404, "invite_not_found");
    alice.invites(other("x")).await.refuses(422, "invalid_body");
    let unknown = json!({"email": "eve@example.com", "on_duplicate": "maybe"});
    alice.invites(unknown).await.points_at("/on_duplicate", "unknown_value");
    assert_eq!(app.table().await, before);

    // Replacing the same person's invite makes its next generation.
    let again = json!({"email": "ada@example.com", "notify": false, "replaces": right.id});
    let again = alice.invited(again).await;
    assert_eq!(again.id, right.id);
    app.person("ada").accepts(&right.token).await.refuses(410, "invite_revoked");
    app.person("ada").accepts(&again.token).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_invited_in_place_of_an_invite_that_was_just_accepted() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let typo = alice.invited(json!({"email": "adda@example.com", "notify": false})).await;
    let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
    let body = json!({"email": "ada@example.com", "notify": false, "replaces": typo.id});
    let (refused, ()) = futures::join!(alice.invites(body), async {
        hold.arrived().await;
        app.person("adda").accepts(&typo.token).await.is(200);
        hold.release();
    });
    let refused = refused.refuses(409, "invite_not_pending");
    assert_eq!(refused.json["state"], "accepted");
    assert!(!app.table().await.iter().any(|item| item.contains("\"ada@example.com\"")));
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_writes_only_the_window() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "8")]).await;
    let alice = app.owner().await;
    let member = app.person("bob");
    alice.takes_in(&member, json!(["member"])).await;
    let pending = alice.invited(json!({"email": "eve@example.com", "notify": false})).await;
    let before = app.table().await;
    let person = json!({"email": "ada@example.com", "first_name": "Ada"});
    let body = json!({"person": person, "roles": ["admin"], "replaces": pending.id});
    let planned = tries(&alice, body).await.is(200);
    assert_eq!(planned.json["invitee"]["first_name"], "Ada");
    assert_eq!(planned.json["state"], "pending");
    assert!(planned.header("location").is_empty() && planned.header("etag").is_empty());
    has_no_token(&planned);
    let again = |on: &str| json!({"email": "eve@example.com", "on_duplicate": on});
    tries(&alice, again("error")).await.refuses(409, "invite_already_pending");
    assert_eq!(tries(&alice, again("return")).await.is(200).json["id"], json!(pending.id));
    tries(&alice, again("replace")).await.is(200);
    tries(&alice, json!({"email": "bob@example.com"})).await.refuses(409, "already_member");
    tries(&member, json!({"email": "ada@example.com"})).await.refuses(403, "forbidden");
    assert_eq!(app.table().await, before);
    assert!(app.mails().await.is_empty());
    let path = format!("/v1/groups/{GROUP}/invites?dry_run=yes");
    alice.posts(&path, &json!({"link": {}})).await.refuses(400, "invalid_query");
    tries(&alice, json!({"link": {}})).await.is(200);
    // Two invites and six dry runs count.
    tries(&alice, json!({"link": {}})).await.refuses(429, "rate_limited");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_pending_invite_is_sent_again_if_asked_for() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "roles": ["editor"], "on_duplicate": "resend"});
    let first = alice.invited(body.clone()).await;
    app.mail_to("ada@example.com").await;
    let before = app.table().await;
    let refused = alice.invites(body.clone()).await.refuses(429, "resend_too_soon");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
    tries(&alice, body.clone()).await.refuses(429, "resend_too_soon");
    assert_eq!(app.table().await, before);
    app.advance(60);
    let before = app.table().await;
    has_no_token(&tries(&alice, body.clone()).await.is(200));
    assert_eq!(app.table().await, before);
    let second = alice.invites(body).await.is(200);
    assert_eq!(second.json["id"], json!(first.id));
    app.nth_mail_to("ada@example.com", 2).await;
    let ada = app.person("ada");
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    ada.accepts(second.text_at("/token")).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_has_just_lost_the_right_ends_no_invite_of_another() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    app.directory().writes_user("eve", &json!({"email": "eve@example.com"})).await.is(200);
    let invited = |email: &str| json!({"email": email, "notify": false});
    let typo = alice.invited(invited("adda@example.com")).await;
    let ada = alice.invited(invited("ada@example.com")).await;
    let eve = alice.invited(invited("eve@example.com")).await;
    let new = json!({"email": "new@example.com", "notify": false, "replaces": typo.id});
    let again = json!({"email": "ada@example.com", "notify": false, "on_duplicate": "replace"});
    let by_id = json!({"user_id": "eve", "notify": false, "on_duplicate": "replace"});
    for (text, body) in [
        ("new@example.com", new.clone()),
        ("ada@example.com", again.clone()),
        ("\"S\":\"eve\"", by_id),
        ("new@example.com", json!({"invites": [new]})),
        ("ada@example.com", json!({"invites": [again, invited("finn@example.com")]})),
    ] {
        alice.gives_roles("bob", json!(["admin"])).await.is(200);
        let hold = table.holds("TransactWriteItems", text, 1);
        let (answer, ()) = futures::join!(bob.invites(body.clone()), async {
            hold.arrived().await;
            alice.gives_roles("bob", json!(["member"])).await.is(200);
            hold.release();
        });
        if answer.status == 207 {
            let results = answer.json["results"].as_array().unwrap();
            let is_refused = |result: &Value| result["problem"]["code"] == "forbidden";
            assert!(results.iter().all(is_refused), "{}", answer.text);
        } else {
            answer.refuses(403, "forbidden");
        }
        for invite in [&typo, &ada, &eve] {
            let read = alice.reads(&invite.id).await.json;
            assert_eq!((&read["state"], &read["etag"]), (&json!("pending"), &json!("\"1\"")));
        }
    }
    let hold = table.holds("TransactWriteItems", "new@example.com", 1);
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    let new = json!({"email": "new@example.com", "notify": false, "replaces": typo.id});
    let (answer, ()) = futures::join!(bob.invites(new), async {
        hold.arrived().await;
        alice.removes("bob").await.is(204);
        hold.release();
    });
    answer.refuses(404, "group_not_found");
    assert_eq!(alice.reads(&typo.id).await.json["state"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_replaces_an_own_invite_whatever_their_right_is_by_then() {
    let below = App::start().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let typo = bob.invited(json!({"email": "adda@example.com", "notify": false})).await;
    let hold = table.holds("TransactWriteItems", "ada@example.com", 1);
    let body = json!({"email": "ada@example.com", "notify": false, "replaces": typo.id});
    let (answer, ()) = futures::join!(bob.invites(body), async {
        hold.arrived().await;
        alice.gives_roles("bob", json!(["admin", "billing"])).await.is(200);
        hold.release();
    });
    answer.is(201);
}

#[tokio::test]
async fn a_dead_invite_has_no_place_to_give() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = |email: &str| json!({"email": email, "notify": false});
    let dead = alice.invited(invited("ada@old.example")).await;
    alice.sets_policy(json!({"max_pending": 2, "allowed_domains": ["example.com"]})).await;
    for email in ["eve@example.com", "finn@example.com"] {
        alice.invited(invited(email)).await;
    }
    // The group has two acceptable invites, and the dead one takes no place.
    let replacing = json!({"email": "ada@example.com", "notify": false, "replaces": dead.id});
    alice.invites(replacing.clone()).await.refuses(429, "pending_limit");
    let many = alice.invites(json!({"invites": [replacing]})).await.is(207);
    assert_eq!(many.json["results"][0]["problem"]["code"], "pending_limit");
    assert_eq!(alice.reads(&dead.id).await.json["state"], "pending");
}
