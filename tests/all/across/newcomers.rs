//! Invitees who never signed in before. The invite made a pending user, which becomes their own
//! record at whichever API they accept.

use harness::{Answer, App, GROUP, Invited, Issuer, Person, SigningKey};
use serde_json::{Value, json};

/// Accepts the invite at this API, and asserts success.
async fn accept_at(newcomer: &Person, api: &str, invited: &Invited) {
    let by_id = json!({"group": "3773", "invite": invited.id});
    match api {
        "native" => newcomer.posts("/v1/invites/accept", &by_id).await.is(200),
        "evanta" => newcomer
            .posts("/group_members", &json!({"group_member": {"group_id": 3773}}))
            .await
            .is(201),
        "rownd" => newcomer
            .posts(&format!("/me/groups/3773/invites/{}/accept", invited.id), &json!({}))
            .await
            .is(200),
        "onezone" => {
            newcomer.posts("/user/groups/join", &json!({"token": invited.token})).await.is(201)
        }
        other => panic!("{other} has no way to accept"),
    };
}

#[tokio::test]
async fn a_newcomer_takes_over_the_pending_user_of_their_address() {
    for api in ["native", "evanta", "rownd", "onezone"] {
        let app = App::start().await;
        let alice = app.owner().await;
        let invited = alice
            .invited(json!({"person": {"email": "ada@example.com", "first_name": "Ada"}}))
            .await;
        let before = app.items("user").await;
        assert_eq!(
            before.iter().filter(|user| user["state"]["S"] == "pending").count(),
            1,
            "{api}: {before:?}"
        );
        accept_at(&app.person("ada"), api, &invited).await;
        assert_eq!(alice.sees_members().await, ["ada", "alice"], "{api}");
        let after = app.items("user").await;
        assert!(after.iter().all(|user| user["state"]["S"] != "pending"), "{api}: {after:?}");
        assert!(
            after.iter().any(|user| user["pk"]["S"] == "U#ada"
                && user["profile"]["M"]["first_name"]["S"] == "Ada"),
            "{api}: {after:?}"
        );
    }
}

/// Returns the path's part that spells this text.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn no_caller_names_a_pending_user() {
    let key = SigningKey::es256("ec");
    let issuer = Issuer::with(&[&key]).await;
    let app = App::with(issuer.options()).await;
    let token = |sub: &str, more: Value| {
        let now = app.now();
        let mut claims = json!({"iss": issuer.name(), "aud": "beckon", "sub": sub, "iat": now, "exp": now + 600});
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        key.signs(&claims)
    };
    let sends = async |token: &str, method: &str, path: &str, body: Value| {
        let method = method.parse().unwrap();
        Answer::to(app.nobody().request(method, path).bearer_auth(token).json(&body)).await
    };
    let alice = token("alice", json!({"scope": "users:write"}));
    sends(&alice, "POST", "/v1/groups", json!({"id": GROUP, "name": "G"})).await.is(201);
    let person = json!({"person": {"email": "ada@example.com", "first_name": "Ada"}});
    let invited = sends(&alice, "POST", "/v1/groups/3773/invites", person).await.is(201);
    let pending = app.items("user").await.remove(0);
    assert_eq!(pending["state"]["S"], "pending");
    let id = pending["id"]["S"].as_str().unwrap();

    // As a caller, at every API.
    let caller = token(id, json!({"scope": "AdminGroups"}));
    for path in [
        "/v1/me",
        "/v1/me/invites",
        "/me/groups",
        "/group_invites/groups",
        "/chembiohub/api/invitations/",
    ] {
        sends(&caller, "GET", path, json!(null)).await.is(401);
    }
    sends(&caller, "PUT", "/v1/me", json!({"first_name": "Eve"})).await.is(401);
    sends(&caller, "POST", "/user/groups/join", json!({"token": invited.json["token"]}))
        .await
        .is(401);

    // By an app or an owner, at every API that takes a user id.
    let path = format!("/v1/users/{}", encoded(id));
    for method in ["GET", "PUT", "PATCH"] {
        sends(&alice, method, &path, json!({"first_name": "Eve"}))
            .await
            .refuses(404, "user_not_found");
    }
    let invites = [
        ("/v1/groups/3773/invites", json!({"user_id": id}), 422),
        ("/group_invites", json!({"group_invite": {"user_id": id, "group_id": 3773}}), 404),
        ("/me/groups/3773/invites", json!({"user_id": id, "roles": ["member"]}), 400),
        ("/me/groups/3773/members", json!({"user_id": id, "roles": ["member"]}), 400),
    ];
    for (path, body, status) in invites {
        let answer = sends(&alice, "POST", path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    let member = format!("/v1/groups/3773/members/{}", encoded(id));
    sends(&alice, "PATCH", &member, json!({"roles": ["owner"]})).await.is(404);

    // The person still takes over the record.
    let ada = token("ada", json!({"email": "ada@example.com", "email_verified": true}));
    let accept = json!({"token": invited.json["token"]});
    sends(&ada, "POST", "/v1/invites/accept", accept).await.is(200);
    assert_eq!(sends(&ada, "GET", "/v1/me", json!(null)).await.json["first_name"], "Ada");
}
