//! Revealing the link of an invite again.

use harness::{App, LossyTable};
use serde_json::{Value, json};

fn events(items: &[Value]) -> Vec<&Value> {
    items.iter().filter(|item| item["event"]["S"] == "invite.link_revealed").collect()
}

#[tokio::test]
async fn a_revealed_link_is_the_present_one_and_the_audit_trail_keeps_who_saw_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let first = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let before = alice.reads(&first.id).await.json;
    let revealed = bob.reveals(&first.id).await.is(200);
    assert_eq!(revealed.text_at("/token"), first.token);
    assert_eq!(revealed.json["url"], first.json["url"]);
    assert_eq!(revealed.json["expires_at"], first.json["expires_at"]);
    assert_eq!(revealed.json.as_object().unwrap().len(), 3);
    assert_eq!(alice.reads(&first.id).await.json, before);

    bob.reveals(&first.id).await.is(200);
    let items = app.scan().await;
    let events = events(&items);
    assert_eq!(events.len(), 2, "each look is an event");
    for event in events {
        assert_eq!(event["pk"]["S"], "G#3773");
        assert!(event["sk"]["S"].as_str().unwrap().starts_with("L#"));
        assert_eq!(event["actor"]["M"]["user"]["S"], "bob");
        assert_eq!(event["invite"]["N"], first.id);
        let text = event.to_string();
        assert!(!text.contains(&first.token) && !text.contains("ada@"), "{text}");
    }
    app.person("ada").accepts(revealed.text_at("/token")).await.is(200);
}

#[tokio::test]
async fn a_link_is_revealed_only_to_a_caller_who_could_make_it_and_while_it_works() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, cleo) = (app.person("bob"), app.person("cleo"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&cleo, json!(["member"])).await;
    let owner = json!({"email": "eve@example.com", "roles": ["owner"], "notify": false});
    let owner = alice.invited(owner).await;
    let revoked = alice.invited(json!({"email": "x@example.com", "notify": false})).await;
    alice.revokes(&revoked.id).await.is(200);
    let before = app.table().await;
    bob.reveals(&owner.id).await.refuses(403, "role_above_own");
    cleo.reveals(&owner.id).await.refuses(403, "forbidden");
    app.person("zoe").reveals(&owner.id).await.refuses(404, "group_not_found");
    app.nobody().reveals(&owner.id).await.refuses(401, "unauthenticated");
    alice.reveals("1").await.refuses(404, "invite_not_found");
    alice.reveals(&revoked.id).await.refuses(410, "invite_revoked");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_link_is_not_revealed_if_the_event_cannot_be_written() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let table = LossyTable::of(&app).await;
    let faulty = App::with(table.options()).await;
    table.refuses_all("TransactWriteItems");
    let refused = faulty.person("alice").reveals(&invited.id).await;
    assert!(!refused.text.contains(&invited.token));
    refused.refuses(503, "temporarily_unavailable");
    table.heals();
    assert!(events(&app.scan().await).is_empty());
}

#[tokio::test]
async fn a_caller_who_loses_the_right_meanwhile_sees_no_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let table = LossyTable::of(&app).await;
    let slow = App::with(table.options()).await;
    let late = slow.person("bob");
    let held = table.holds("TransactWriteItems", "link_revealed", 1);
    let (answer, ()) = tokio::join!(late.reveals(&invited.id), async {
        held.arrived().await;
        alice.gives_roles("bob", json!(["member"])).await.is(200);
        held.release();
    });
    answer.refuses(403, "forbidden");
    assert!(events(&app.scan().await).is_empty());
}
