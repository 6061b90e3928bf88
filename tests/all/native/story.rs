//! The main scenario from end to end: invite, mail, link, join.

use harness::{App, GROUP};
use serde_json::json;

#[tokio::test]
async fn an_invited_person_joins_by_the_link_in_the_mail() {
    let app = App::start().await;
    let alice = app.owner().await;
    let body = json!({"email": "ada@example.com", "roles": ["editor"], "message": "Join us!", "metadata": {"ticket": 7}});
    let invited = alice.invited(body).await;
    assert_eq!(invited.json["state"], "pending");
    assert_eq!(invited.json["delivery"]["state"], "queued");

    let mail = app.mail_to("ada@example.com").await;
    assert_eq!(mail.subject, "Alice invited you to Private Group");
    assert_eq!(mail.from, "\"Alice via Acme Planner\" <invitations@beckon.example>");
    assert_eq!(mail.headers["Auto-Submitted"], "auto-generated");
    assert_eq!(mail.link(), invited.json["url"]);
    // The address, and the way to decline. The HTML part has the button, too.
    assert_eq!(mail.text.matches("bkn_").count(), 2);
    assert_eq!(mail.html.matches("bkn_").count(), 3);
    for part in [&mail.text, &mail.html] {
        assert!(
            part.contains("Private Group") && part.contains("editor") && part.contains("Join us!"),
            "{part}"
        );
    }
    let token = mail.token();

    let preview = app.nobody().previews(&token).await.is(200);
    assert_eq!(preview.json["group"]["name"], "Private Group");
    assert_eq!(preview.json["invitee"], json!({"kind": "email", "address": "a•••@example.com"}));
    assert!(
        !preview.text.contains("ada@example.com")
            && !preview.text.contains("ticket")
            && !preview.text.contains("Join us!")
    );
    assert_eq!(app.nobody().opens(&token).await.status, 200);

    let ada = app.person("ada").name("Ada Lovelace");
    let inbox = ada.looks_into_inbox().await.is(200);
    assert_eq!(inbox.each("id"), [invited.id.as_str()]);
    let accepted = ada.accepts(&token).await.is(200);
    assert_eq!(accepted.json["invite"]["state"], "accepted");
    assert_eq!(accepted.json["invite"]["resolved_by"]["id"], "ada");
    assert_eq!(accepted.json["membership"]["roles"], json!(["editor"]));
    assert_eq!(accepted.json["membership"]["invite_id"], json!(invited.id));

    let members = ada.gets(&format!("/v1/groups/{GROUP}/members")).await.is(200);
    assert_eq!(members.each("user_id"), ["ada", "alice"]);
    assert_eq!(members.data()[0]["name"], "Ada Lovelace");
    let listed = alice.lists("").await.is(200);
    assert_eq!(listed.data()[0]["state"], "accepted");
    assert_eq!(listed.data()[0]["delivery"]["state"], "sent");
    assert_eq!(listed.data()[0]["delivery"]["attempts"], 1);
    assert!(ada.looks_into_inbox().await.data().is_empty());
    assert_eq!(ada.gets("/v1/groups").await.is(200).each("id"), [GROUP]);
}
