//! The group's policy about the invites that are made without these values.

use harness::App;
use serde_json::json;

#[tokio::test]
async fn the_groups_lifetime_is_that_of_invites_made_without_one() {
    let app = App::start().await;
    let alice = app.owner().await;
    let policy = alice.gets("/v1/groups/3773").await.json["policy"].clone();
    assert!(policy["expires_in"].is_null() && policy["locale"].is_null());
    assert_eq!(policy["reminders"], "default");
    let set = json!({"expires_in": 3600, "reminders": "none", "locale": "de"});
    let policy = alice.sets_policy(set).await.json["policy"].clone();
    assert_eq!(
        (&policy["expires_in"], &policy["reminders"], &policy["locale"]),
        (&json!(3600), &json!("none"), &json!("de"))
    );
    let lives = |json: &serde_json::Value| {
        let seconds = |name: &str| harness::seconds(json[name].as_str().unwrap());
        seconds("expires_at") - seconds("created_at")
    };
    assert_eq!(lives(&alice.invited(json!({"email": "ada@example.com"})).await.json), 3600);
    assert_eq!(lives(&alice.invited(json!({"link": {}})).await.json), 3600);
    let own = json!({"email": "bob@example.com", "expires_in": 600});
    assert_eq!(lives(&alice.invited(own).await.json), 600);
    let endless = alice.invited(json!({"link": {}, "expires_in": null})).await;
    assert!(endless.json["expires_at"].is_null());
    let policy = alice.sets_policy(json!({"expires_in": null})).await.json["policy"].clone();
    assert_eq!(policy["reminders"], "none", "what is not named stays");
    let week = alice.invited(json!({"email": "cleo@example.com"})).await;
    assert_eq!(lives(&week.json), 604_800);
}

#[tokio::test]
async fn a_wrong_policy_is_refused_and_nothing_is_written() {
    let app = App::start().await;
    let alice = app.owner().await;
    let before = app.table().await;
    for policy in [
        json!({"expires_in": 299}),
        json!({"expires_in": 31_536_001}),
        json!({"expires_in": "1 day"}),
        json!({"reminders": "often"}),
        json!({"reminders": null}),
        json!({"locale": ""}),
        json!({"locale": "x".repeat(36)}),
    ] {
        let body = json!({"policy": policy});
        alice.patches("/v1/groups/3773", &body).await.refuses(422, "invalid_body");
        let new = json!({"id": "other", "name": "Other", "policy": body["policy"]});
        alice.posts("/v1/groups", &new).await.refuses(422, "invalid_body");
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_person_chooses_the_mails_about_what_they_sent() {
    let app = App::start().await;
    let ada = app.person("ada");
    assert_eq!(ada.gets("/v1/me").await.json["notify"], "daily");
    for notify in ["each", "none", "daily"] {
        let set = ada.patches("/v1/me", &json!({"notify": notify})).await.is(200);
        assert_eq!(set.json["notify"], notify);
    }
    ada.patches("/v1/me", &json!({"notify": "each"})).await.is(200);
    ada.patches("/v1/me", &json!({"first_name": "Ada"})).await.is(200);
    assert_eq!(ada.gets("/v1/me").await.json["notify"], "each");
    assert_eq!(ada.patches("/v1/me", &json!({"notify": null})).await.json["notify"], "daily");
    ada.patches("/v1/me", &json!({"notify": "hourly"})).await.refuses(422, "invalid_body");
}
