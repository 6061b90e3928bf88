//! Pausing a link.

use harness::{App, LossyTable};
use serde_json::json;

#[tokio::test]
async fn a_paused_link_admits_nobody_until_it_is_resumed() {
    let app = App::start().await;
    let alice = app.owner().await;
    for link in [json!({}), json!({"max_uses": 3})] {
        let link = alice.invited(json!({"link": link})).await;
        assert_eq!(link.json["paused"], false);
        let paused = alice.updates(&link.id, json!({"paused": true})).await.is(200).json;
        assert_eq!((&paused["paused"], &paused["state"]), (&json!(true), &json!("pending")));
        assert_eq!(
            (&paused["acceptable"], &paused["not_acceptable_reason"]),
            (&json!(false), &json!("paused"))
        );
        let preview = app.nobody().previews(&link.token).await.is(200).json;
        assert_eq!(preview["not_acceptable_reason"], "paused");
        let page = app.nobody().opens(&link.token).await.is(200);
        assert!(page.text.contains("paused") && !page.text.contains("id=\"accept\""));
        app.person("ada").accepts(&link.token).await.refuses(403, "link_paused");
        // The onezone API joins by the same link.
        let join =
            app.person("ada").posts("/user/groups/join", &json!({"token": link.token})).await;
        assert_eq!(join.status, 403, "{}", join.text);
        assert_eq!(alice.sees_members().await, ["alice"]);

        // Other changes keep it paused.
        alice.updates(&link.id, json!({"message": "Soon"})).await.is(200);
        assert_eq!(alice.reads(&link.id).await.json["paused"], true);
        alice.updates(&link.id, json!({"paused": false})).await.is(200);
        app.person("ada").accepts(&link.token).await.is(200);
        alice.removes("ada").await.is(204);
    }
}

#[tokio::test]
async fn the_use_of_a_counted_link_is_never_counted_while_it_is_paused() {
    let app = App::start().await;
    let alice = app.owner().await;
    let table = LossyTable::of(&app).await;
    let slow = App::with(table.options()).await;
    // Each service has its own token key.
    let link = slow.person("alice").invited(json!({"link": {"max_uses": 3}})).await;
    let late = slow.person("ada");
    let held = table.holds("TransactWriteItems", "uses", 1);
    let (answer, ()) = tokio::join!(late.accepts(&link.token), async {
        held.arrived().await;
        alice.updates(&link.id, json!({"paused": true})).await.is(200);
        held.release();
    });
    answer.refuses(403, "link_paused");
    let read = alice.reads(&link.id).await.json;
    assert_eq!((&read["invitee"]["uses"], &read["paused"]), (&json!(0), &json!(true)));
    assert_eq!(alice.sees_members().await, ["alice"]);
}

#[tokio::test]
async fn a_change_of_a_link_never_loses_a_use() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {"max_uses": 3}})).await;
    let table = LossyTable::of(&app).await;
    let slow = App::with(table.options()).await;
    let late = slow.person("alice");
    let held = table.holds("TransactWriteItems", "Later", 1);
    let (answer, ()) = tokio::join!(late.updates(&link.id, json!({"message": "Later"})), async {
        held.arrived().await;
        app.person("ada").accepts(&link.token).await.is(200);
        held.release();
    });
    let changed = answer.is(200).json;
    assert_eq!((&changed["message"], &changed["invitee"]["uses"]), (&json!("Later"), &json!(1)));
}
