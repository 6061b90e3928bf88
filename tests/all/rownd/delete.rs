//! Revokes an invite.

use harness::App;
use serde_json::json;

use super::{editor, fails, invite, made};

#[tokio::test]
async fn a_revoked_invite_is_shown_as_rejected_and_can_be_revoked_again() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = made(&alice, editor("ada@example.com")).await;
    for _ in 0..2 {
        let gone = alice.deletes(&invite(&first.id)).await.is(204);
        assert_eq!(gone.text, "");
    }
    assert_eq!(alice.gets(&invite(&first.id)).await.json["state"], "rejected");
    fails(
        alice.puts(&invite(&first.id), &json!({"roles": ["editor"]})).await,
        410,
        "E_INVITE_REVOKED",
    );
    fails(
        app.person("ada").posts(&format!("{}/accept", invite(&first.id)), &json!({})).await,
        410,
        "E_INVITE_REVOKED",
    );
    let second = made(&alice, editor("ada@example.com")).await;
    assert_eq!(second.id, first.id);
    assert_ne!(second.token, first.token);
}

#[tokio::test]
async fn another_owner_can_revoke_an_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob");
    alice.takes_in(&bob, json!(["owner"])).await;
    let invited = made(&alice, editor("ada@example.com")).await;
    bob.deletes(&invite(&invited.id)).await.is(204);
    let read = alice.reads(&invited.id).await.json;
    assert_eq!(read["resolution_reason"], "revoked_by_member");
    assert_eq!(read["resolved_by"]["id"], "bob");
}
