//! Declines invites.

use harness::App;
use serde_json::json;

use super::acts::{AtEvanta, EvantaAnswer};
use super::{ACCESS_DENIED, owner_and_invitee};

#[tokio::test]
async fn evanta_and_native_invites_can_be_declined_at_both_apis() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let by_mail = owner.invited(json!({"email": "Juliet@towne.com"})).await;
    sonny.declines_invite(&by_mail.id).await.is(204);
    assert_eq!(owner.reads(&by_mail.id).await.json["state"], "declined");
    let id = owner.invited_user().await;
    sonny.declines_by_id(&id.to_string()).await.is(200);
    sonny.declines_invite(id).await.is(204);
}

#[tokio::test]
async fn only_the_invitee_can_decline_and_a_repeat_succeeds() {
    let app = App::start().await;
    let (owner, sonny) = owner_and_invitee(&app, "private").await;
    let id = owner.invited_user().await;
    owner.declines_invite(id).await.has_no_body(403);
    app.user("29901").declines_invite(id).await.has_no_body(403);
    let answer = sonny.declines_invite(id).await.is(204).allows_every_origin();
    assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", ""));
    sonny.declines_invite(id).await.is(204);
    assert_eq!(owner.reads(&id.to_string()).await.json["state"], "declined");
    for other in [
        "506",
        "0",
        "01",
        &format!("0{id}"),
        &format!("{id}.0"),
        "9007199254740992",
        "18446744073709551616",
        "-1",
        "x",
    ] {
        sonny.declines_invite(other).await.has_no_body(404);
    }
    app.nobody().declines_invite(id).await.has_body(401, ACCESS_DENIED);
}

#[tokio::test]
async fn an_outsider_is_told_of_an_invite_unless_its_group_is_secret() {
    for (kind, status) in [("open", 403), ("private", 403), ("secret", 404)] {
        let app = App::start().await;
        let (owner, sonny) = owner_and_invitee(&app, kind).await;
        let id = owner.invited_user().await;
        let stranger = app.user("29901");
        stranger.declines_invite(id).await.has_no_body(status);
        stranger.declines_invite(format!("{id}.json")).await.has_no_body(status);
        stranger.declines_invite(id + 1).await.has_no_body(404);
        sonny.declines_invite(id).await.is(204);
        stranger.declines_invite(id).await.has_no_body(status);
        owner.deletes("/v1/groups/3773").await.is(204);
        stranger.declines_invite(id).await.has_no_body(404);
    }
}
