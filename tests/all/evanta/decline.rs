//! Declining an invite.

use harness::App;
use serde_json::json;

use super::acts::{AtEvanta, EvantaAnswer};
use super::{ACCESS_DENIED, stage};

#[tokio::test]
async fn an_invite_made_elsewhere_can_be_declined_here_and_the_other_way_round() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let by_mail = owner.invited(json!({"email": "Juliet@towne.com"})).await;
    sonny.turns_down(&by_mail.id).await.is(204);
    assert_eq!(owner.reads(&by_mail.id).await.json["state"], "declined");
    let id = owner.invited_user().await;
    sonny.declines_by_id(&id.to_string()).await.is(200);
    sonny.turns_down(id).await.is(204);
}

#[tokio::test]
async fn declining_is_the_recipient_s_and_can_be_repeated() {
    let app = App::start().await;
    let (owner, sonny) = stage(&app, "private").await;
    let id = owner.invited_user().await;
    owner.turns_down(id).await.has_no_body(403);
    app.user("29901").turns_down(id).await.has_no_body(404);
    let answer = sonny.turns_down(id).await.is(204).opens_to_browsers();
    assert_eq!((answer.text.as_str(), answer.header("content-type")), ("", ""));
    sonny.turns_down(id).await.is(204);
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
        sonny.turns_down(other).await.has_no_body(404);
    }
    app.nobody().turns_down(id).await.says(401, ACCESS_DENIED);
}
