//! The main job from end to end: invite, mail, link, join.

use harness::{App, GROUP};
use reqwest::Method;
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
    assert_eq!(mail.subject, "Alice invites you to join Private Group");
    assert_eq!(mail.from, "Beckon <invitations@beckon.example>");
    assert_eq!(mail.headers["Auto-Submitted"], "auto-generated");
    assert_eq!(mail.link(), invited.json["url"]);
    assert_eq!(mail.text.matches("bkn_").count(), 1);
    assert_eq!(mail.html.matches("bkn_").count(), 1);
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

#[tokio::test]
async fn who_invited_cannot_take_the_invite_up_themselves() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    alice.accepts(&invited.token).await.refuses(403, "identity_mismatch");
    assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
}

#[tokio::test]
async fn accepting_twice_gives_the_same_membership() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ada = app.person("ada");
    let first = ada.accepts(&invited.token).await.is(200);
    app.advance(60);
    let second = ada.accepts(&invited.token).await.is(200);
    assert_eq!(first.json["membership"], second.json["membership"]);
    assert_eq!(first.json["invite"]["resolved_at"], second.json["invite"]["resolved_at"]);
    let by_id = ada.accepts_by_id(&invited.id).await.is(200);
    assert_eq!(first.json["membership"], by_id.json["membership"]);
    alice.invites(json!({"email": "ada@example.com"})).await.refuses(409, "already_member");
    assert_eq!(alice.sees_members().await, ["ada", "alice"]);
}

#[tokio::test]
async fn the_page_protects_the_link_and_changes_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let token = app.mail_to("ada@example.com").await.token();
    // The mail's mark is the last write.
    let before = harness::eventually("the mark", || async {
        let read = alice.reads(&invited.id).await;
        (read.json["delivery"]["state"] == "sent").then_some(read)
    })
    .await;
    let table = app.table().await;

    for _ in 0..3 {
        let page = app.nobody().opens(&token).await.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !page.headers.contains_key("set-cookie"));
        for method in [Method::HEAD, Method::OPTIONS, Method::GET] {
            let request =
                app.nobody().request(method, &format!("/i/{token}")).header("accept", "*/*");
            app.person("ada").sends(request).await;
        }
        app.nobody().previews(&token).await.is(200);
    }

    assert_eq!(app.table().await, table);
    let after = alice.reads(&invited.id).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.json, before.json);
}

#[tokio::test]
async fn the_answer_to_an_acceptance_shows_the_invite_as_it_then_stands() {
    let app = App::start().await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let counted = alice.invited(json!({"link": {"max_uses": 2}})).await;
    let uncounted = alice.invited(json!({"link": {}})).await;
    app.advance(60);
    for (user, invited) in
        [("ada", &by_address), ("bob", &counted), ("eve", &counted), ("joe", &uncounted)]
    {
        let accepted = app.person(user).accepts(&invited.token).await.is(200);
        assert_eq!(accepted.json["invite"], alice.reads(&invited.id).await.json, "{user}");
        app.advance(60);
    }
}

#[tokio::test]
async fn a_member_who_is_invited_otherwise_stays_the_member_they_are() {
    let app = App::start().await;
    let alice = app.owner().await;
    let by_address = alice.invited(json!({"email": "ada@example.com", "roles": ["admin"]})).await;
    let link = alice.invited(json!({"link": {}})).await;
    let ada = app.person("ada");
    ada.accepts(&link.token).await.is(200);
    ada.accepts(&by_address.token).await.refuses(409, "already_member");
    assert_eq!(alice.reads(&by_address.id).await.json["state"], "pending");
    let members = alice.gets(&format!("/v1/groups/{GROUP}/members")).await;
    assert_eq!(members.data()[0]["roles"], json!(["member"]));
    alice.revokes(&by_address.id).await.is(200);
}
