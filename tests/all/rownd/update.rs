//! Changes a pending invite.

use harness::App;
use serde_json::json;

use super::{fails, invite, made};

#[tokio::test]
async fn a_changed_invite_keeps_its_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = made(&alice, json!({"roles": ["editor"], "email": "ada@example.com", "redirect_url": "/a", "app_variant_id": "v1"})).await;
    let change = json!({"roles": ["viewer", "member"], "email": "Ada@Example.com", "state": "accepted", "id": "x"});
    let changed = alice.puts(&invite(&first.id), &change).await.is(200).json;
    let mut wanted = first.json.clone();
    wanted["roles"] = json!(["viewer", "member"]);
    assert_eq!(changed, wanted, "an absent field keeps its value");
    let change = json!({"roles": ["viewer"], "redirect_url": null, "app_variant_id": "v2"});
    let changed = alice.puts(&invite(&first.id), &change).await.is(200).json;
    assert!(changed["redirect_url"].is_null(), "{changed}");
    assert_eq!(
        (&changed["app_variant_id"], &changed),
        (&json!("v2"), &alice.gets(&invite(&first.id)).await.json)
    );
    assert_eq!(
        made(&alice, json!({"roles": ["viewer"], "email": "ada@example.com"})).await.token,
        first.token
    );
    for other in [
        json!({"roles": ["viewer"], "email": "bob@example.com"}),
        json!({"roles": ["viewer"], "user_id": "ada"}),
    ] {
        fails(alice.puts(&invite(&first.id), &other).await, 400, "E_INVALID_BODY");
    }
    app.person("ada").accepts(&first.token).await.is(200);
    assert_eq!(
        alice.gets("/me/groups/3773/members/member_ada").await.json["roles"],
        json!(["viewer"])
    );
    fails(
        alice.puts(&invite(&first.id), &json!({"roles": ["owner"]})).await,
        409,
        "E_INVITE_NOT_PENDING",
    );
    fails(alice.puts(&invite("1"), &json!({"roles": ["owner"]})).await, 404, "E_INVITE_NOT_FOUND");
}

#[tokio::test]
async fn a_change_of_roles_rests_on_the_right_of_the_person_who_makes_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let by_admin = bob.invited(json!({"email": "ada@example.com", "roles": ["member"]})).await;
    fails(bob.puts(&invite(&by_admin.id), &json!({"roles": ["member"]})).await, 403, "E_FORBIDDEN");
    // An owner may grant what the inviter could not.
    let changed = alice.puts(&invite(&by_admin.id), &json!({"roles": ["owner"]})).await.is(200);
    assert_eq!(changed.json["created_by"], "bob");
    alice.gives_roles("bob", json!(["member"])).await.is(200);
    app.person("ada").accepts(&by_admin.token).await.is(200);
}

#[tokio::test]
async fn a_changed_invite_ends_with_the_right_of_the_person_who_changed_it() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    let first = made(&alice, json!({"roles": ["editor"], "email": "ada@example.com"})).await;
    bob.puts(&invite(&first.id), &json!({"roles": ["viewer"]})).await.is(200);
    alice.gives_roles("bob", json!(["admin"])).await.is(200);
    app.person("ada").accepts(&first.token).await.refuses(410, "inviter_gone");
}
