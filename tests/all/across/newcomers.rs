//! Invitees who never signed in before. The invite made a pending user, which becomes their own
//! record at whichever API they accept.

use harness::{App, Invited, Person};
use serde_json::json;

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
