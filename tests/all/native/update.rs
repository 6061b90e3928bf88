//! Changing a pending invite.

use futures::future::join_all;
use harness::App;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn only_what_is_named_changes_and_null_clears() {
    let app = App::start().await;
    let alice = app.owner().await;
    let made = json!({"email": "ada@example.com", "notify": false, "message": "Hello", "metadata": {"a": 1}, "redirect_url": "/welcome"});
    let invited = alice.invited(made).await;
    let changed = alice.updates(&invited.id, json!({"message": "See you"})).await.is(200);
    assert_eq!(changed.header("etag"), changed.text_at("/etag"));
    let mut expected = alice.reads(&invited.id).await.json;
    for field in ["message", "updated_at", "etag"] {
        expected[field] = invited.json[field].clone();
    }
    let mut before = invited.json.clone();
    for secret in ["token", "url"] {
        before.as_object_mut().unwrap().remove(secret);
    }
    assert_eq!(expected, before);
    assert_eq!(changed.json["message"], "See you");

    let change = json!({"message": null, "metadata": null, "redirect_url": null, "expires_in": 3600, "roles": ["editor"]});
    let changed = alice.updates(&invited.id, change).await.is(200).json;
    assert!(changed["message"].is_null() && changed["redirect_url"].is_null());
    assert_eq!((&changed["metadata"], &changed["roles"]), (&json!({}), &json!(["editor"])));
    let seconds = |name: &str| harness::seconds(changed[name].as_str().unwrap());
    assert_eq!(seconds("expires_at"), seconds("updated_at") + 3600);
    assert_eq!(alice.lists("?state=pending").await.data()[0]["roles"], json!(["editor"]));
    let joined = app.person("ada").accepts(&invited.token).await.is(200).json;
    assert_eq!(joined["membership"]["roles"], json!(["editor"]));
}

#[tokio::test]
async fn a_change_of_nothing_writes_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited =
        alice.invited(json!({"email": "ada@example.com", "notify": false, "message": "Hi"})).await;
    let before = app.table().await;
    let same = alice.updates(&invited.id, json!({"message": "Hi"})).await.is(200);
    assert_eq!(same.json["etag"], invited.json["etag"]);
    alice.updates(&invited.id, json!({})).await.is(200);
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_new_expiry_counts_from_now_and_decides() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice
        .invited(json!({"email": "ada@example.com", "expires_in": 600, "notify": false}))
        .await;
    app.advance(500);
    alice.updates(&invited.id, json!({"expires_in": 300})).await.is(200);
    app.advance(250);
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    app.advance(50);
    alice.updates(&invited.id, json!({"expires_in": 300})).await.refuses(410, "invite_expired");
    let link = alice.invited(json!({"link": {}})).await;
    let endless = alice.updates(&link.id, json!({"expires_in": null})).await.is(200);
    assert!(endless.json["expires_at"].is_null());
}

#[tokio::test]
async fn if_match_is_honoured() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let with = async |etag: &str, message: &str| {
        let path = format!("/v1/groups/3773/invites/{}", invited.id);
        let request = alice.request(Method::PATCH, &path).header("if-match", etag);
        let body = json!({"message": message}).to_string();
        let request = request.header("content-type", "application/merge-patch+json").body(body);
        alice.sends(request).await
    };
    let first = invited.json["etag"].as_str().unwrap();
    let next = with(first, "one").await.is(200);
    with(first, "two").await.refuses(412, "precondition_failed");
    with("\"nonsense\"", "two").await.refuses(412, "precondition_failed");
    assert_eq!(alice.reads(&invited.id).await.json["message"], "one");
    with(next.text_at("/etag"), "three").await.is(200);
    with("*", "four").await.is(200);
}

#[tokio::test]
async fn of_parallel_changes_with_the_same_etag_one_is_made() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let etag = invited.json["etag"].as_str().unwrap();
    let changes = (0..5).map(|number| {
        let path = format!("/v1/groups/3773/invites/{}", invited.id);
        let request = alice.request(Method::PATCH, &path).header("if-match", etag);
        alice.sends(request.json(&json!({"message": format!("number {number}")})))
    });
    let answers = join_all(changes).await;
    let made: Vec<&Value> =
        answers.iter().filter(|answer| answer.status == 200).map(|answer| &answer.json).collect();
    assert_eq!(made.len(), 1, "{answers:#?}");
    assert!(answers.iter().all(|answer| [200, 412].contains(&answer.status)));
    assert_eq!(alice.reads(&invited.id).await.json["message"], made[0]["message"]);
}

#[tokio::test]
async fn bad_changes_are_refused_and_change_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, cleo) = (app.person("bob"), app.person("cleo"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&cleo, json!(["member"])).await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let owner = json!({"email": "eve@example.com", "roles": ["owner"], "notify": false});
    let owner = alice.invited(owner).await;
    let before = app.table().await;
    for (change, pointer, code) in [
        (json!({"expires_in": null}), "/expires_in", "invalid_lifetime"),
        (json!({"expires_in": 299}), "/expires_in", "invalid_lifetime"),
        (json!({"expires_in": 31_536_001}), "/expires_in", "invalid_lifetime"),
        (json!({"paused": true}), "/paused", "not_a_link"),
        (json!({"redirect_url": "https://evil.example"}), "/redirect_url", "redirect_not_allowed"),
    ] {
        let refused = alice.updates(&invited.id, change).await.refuses(422, "invalid_body");
        refused.points_at(pointer, code);
    }
    for change in [
        json!({"roles": []}),
        json!({"roles": null}),
        json!({"paused": null}),
        json!({"email": "other@example.com"}),
        json!({"message": "x".repeat(501)}),
    ] {
        alice.updates(&invited.id, change).await.refuses(422, "invalid_body");
    }
    bob.updates(&invited.id, json!({"roles": ["owner"]})).await.refuses(403, "role_above_own");
    bob.updates(&owner.id, json!({"roles": ["member"]})).await.refuses(403, "role_above_own");
    bob.updates(&owner.id, json!({"expires_in": 9999})).await.refuses(403, "role_above_own");
    cleo.updates(&invited.id, json!({"message": "x"})).await.refuses(403, "forbidden");
    app.person("zoe").updates(&invited.id, json!({})).await.refuses(404, "group_not_found");
    app.nobody().updates(&invited.id, json!({})).await.refuses(401, "unauthenticated");
    alice.updates("1", json!({"message": "x"})).await.refuses(404, "invite_not_found");
    assert_eq!(app.table().await, before);
    alice.revokes(&invited.id).await.is(200);
    alice.updates(&invited.id, json!({"message": "x"})).await.refuses(410, "invite_revoked");
}

#[tokio::test]
async fn a_change_of_roles_names_a_new_granter_and_other_changes_do_not() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let roles = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let message = alice.invited(json!({"email": "cleo@example.com", "notify": false})).await;
    app.advance(120);
    bob.updates(&roles.id, json!({"roles": ["editor"]})).await.is(200);
    bob.updates(&message.id, json!({"message": "Come"})).await.is(200);
    alice.removes("bob").await.is(204);
    app.person("ada").accepts(&roles.token).await.refuses(410, "inviter_gone");
    app.person("cleo").accepts(&message.token).await.is(200);
}
