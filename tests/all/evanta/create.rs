//! Creates invites and follows them until the invitee joins.

use harness::App;
use serde_json::json;

use super::acts::{AtEvanta, EvantaAnswer};
use super::{A_MEMBER, INVITED, TAKEN, owner_and_invitee};

#[tokio::test]
async fn an_invited_user_gets_a_mail_sees_the_invite_and_joins() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let invite = owner.invited_user().await;
    let mail = app.mail_to("juliet@towne.com").await;
    for part in [&mail.text, &mail.html] {
        let words = part.replace("<bdi>", "").replace("</bdi>", "").replace("&#39;", "'");
        assert!(words.contains("You've been invited to join Private Group."), "{part}");
    }
    let seen = sonny.sees_own_invites().await;
    assert_eq!(
        (&seen[0]["id"], &seen[0]["user_id"], &seen[0]["group"]["group_invite_id"]),
        (&json!(invite), &json!(29845), &json!(invite))
    );
    let joined = sonny.joins(3773).await.is(201).allows_every_origin().json["group_member"].clone();
    assert_eq!((&joined["user"]["id"], &joined["group"]["id"]), (&json!(29845), &json!(3773)));
    assert_eq!(
        (&joined["group"]["member_count"], &joined["group"]["group_member_id"]),
        (&json!(1), &joined["id"])
    );
    assert!(joined["group"]["group_invite_id"].is_null() && joined["id"].is_u64());
    assert_eq!(owner.sees_members().await, ["29842", INVITED]);
    assert!(
        sonny.sees_own_invites().await.is_empty() && owner.sees_group_invites().await.is_empty()
    );
    assert_eq!(owner.reads(&invite.to_string()).await.json["state"], "accepted");
}

#[tokio::test]
async fn an_evanta_invite_is_an_ordinary_native_invite() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let id = owner.invited_user().await.to_string();
    let read = owner.reads(&id).await.is(200).json;
    assert_eq!(
        (&read["state"], &read["roles"], &read["identity_policy"]),
        (&json!("pending"), &json!(["member"]), &json!("strict"))
    );
    assert_eq!(
        (&read["invitee"]["kind"], &read["invitee"]["user_id"]),
        (&json!("user"), &json!(INVITED))
    );
    let (made, ends) = (
        harness::seconds(read["created_at"].as_str().unwrap()),
        harness::seconds(read["expires_at"].as_str().unwrap()),
    );
    assert_eq!(ends - made, 7 * 86_400);
    assert_eq!(sonny.looks_into_inbox().await.each("id"), [id.as_str()]);
    sonny.accepts_by_id(&id).await.is(200);
    owner.invites_user(29845).await.has_body(422, A_MEMBER);
}

#[tokio::test]
async fn an_ended_invite_is_hidden_and_does_not_block_another() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let id = owner.invited_user().await;
    owner.invites_user(29845).await.has_body(422, TAKEN);
    sonny.declines_invite(id).await.is(204);
    assert!(sonny.sees_own_invites().await.is_empty());
    sonny.joins(3773).await.has_no_body(403);

    assert_eq!(owner.invited_user().await, id);
    owner.revokes(&id.to_string()).await.is(200);
    sonny.declines_invite(id).await.has_no_body(404);
    sonny.joins(3773).await.has_no_body(403);

    assert_eq!(owner.invited_user().await, id);
    app.advance(7 * 86_400);
    assert!(
        sonny.sees_own_invites().await.is_empty() && owner.sees_group_invites().await.is_empty()
    );
    sonny.declines_invite(id).await.has_no_body(404);
    sonny.joins(3773).await.has_no_body(403);

    assert_eq!(owner.invited_user().await, id);
    sonny.joins(3773).await.is(201);
    sonny.declines_invite(id).await.has_no_body(404);
    // A member who left can be invited again.
    sonny.removes(INVITED).await.is(204);
    owner.invited_user().await;
    sonny.joins(3773).await.is(201);
}
