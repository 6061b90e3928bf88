//! Unsubscribing: a recipient ends the mails to an address by one click, and keeps the invitations.

use harness::{App, Mail, Person, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const QUESTION: &str = "<h1>Stop these mails?</h1>";
const DONE: &str = "<h1>You will get no more of these mails</h1>";
const UNKNOWN: &str = "<h1>This link does not work</h1>";

/// Returns the path of the link in the mail's `List-Unsubscribe` header.
fn path_of(mail: &Mail) -> String {
    assert_eq!(mail.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let header = mail.headers["List-Unsubscribe"].as_str().expect("the mail has the header");
    let link = header.strip_prefix('<').and_then(|link| link.strip_suffix('>'));
    let link = link.unwrap_or_else(|| panic!("the header has one link: {header}"));
    let path = link.find("/unsubscribe/").unwrap_or_else(|| panic!("a link of ours: {link}"));
    link[path..].to_owned()
}

/// Waits until the mail of this invite is in this state, and returns its delivery.
async fn delivered(alice: &Person, group: &str, id: &str, state: &str) -> Value {
    let path = format!("/v1/groups/{group}/invites/{id}");
    eventually(&format!("the delivery to be {state}"), || async {
        let delivery = alice.gets(&path).await.json["delivery"].clone();
        (delivery["state"] == state).then_some(delivery)
    })
    .await
}

#[tokio::test]
async fn one_click_ends_the_mails_and_no_invitation() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "Ada@example.com"})).await;
    let path = path_of(&app.mail_to("Ada@example.com").await);
    assert!(!path.contains("ada") && !path.contains("Ada") && !path.contains('@'), "{path}");

    // A scanner that opens the link changes nothing.
    let scanner = app.nobody();
    for method in [Method::GET, Method::HEAD] {
        scanner.sends(scanner.request(method, &path)).await.is(200);
    }
    assert!(scanner.gets(&path).await.text.contains(QUESTION));
    assert!(app.items("suppression").await.is_empty());

    // The mail client posts without cookies or credentials, and repeats it.
    for _ in 0..2 {
        let click = scanner.request(Method::POST, &path);
        let click = click.header("content-type", "application/x-www-form-urlencoded");
        let answer = scanner.sends(click.body("List-Unsubscribe=One-Click")).await.is(200);
        assert!(answer.text.contains(DONE), "{}", answer.text);
    }
    let crm = app.user("crm").claim("scope", json!("suppressions:write"));
    let entry = crm.gets("/v1/suppressions/ada@example.com").await.is(200).json;
    assert_eq!(entry["reason"], "unsubscribed");

    // Another group's mail is not sent, and both invitations stand.
    alice.creates(json!({"id": "other", "name": "Other"})).await;
    let second = alice.invites_to("other", json!({"email": "ada@example.com"})).await.is(201);
    let delivery = delivered(&alice, "other", second.text_at("/id"), "suppressed").await;
    assert_eq!(delivery["reason"], "unsubscribed");
    assert_eq!(app.mails_to("Ada@example.com").await.len(), 1);
    let ada = app.person("ada");
    ada.accepts(&first.token).await.is(200);
    ada.accepts(second.text_at("/token")).await.is(200);
}

#[tokio::test]
async fn a_link_that_nobody_was_sent_ends_no_mails() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let path = path_of(&app.mail_to("ada@example.com").await);
    let nobody = app.nobody();
    let altered =
        format!("{}{}", &path[..path.len() - 1], if path.ends_with('0') { '1' } else { '0' });
    let of_invite = format!("/unsubscribe/{}", invited.token);
    for path in [&altered, &of_invite, "/unsubscribe/x", "/unsubscribe/bku_%00"] {
        for method in [Method::GET, Method::POST] {
            let answer = nobody.sends(nobody.request(method, path)).await.is(404);
            assert!(answer.text.contains(UNKNOWN), "{}", answer.text);
        }
    }
    // Its token opens no invitation.
    let token = path.rsplit('/').next().expect("the path has a token");
    app.person("ada").accepts(token).await.is(404);
    assert!(app.items("suppression").await.is_empty());
}

#[tokio::test]
async fn a_complaint_is_a_stronger_reason_than_an_unsubscription_and_a_bounce_a_weaker_one() {
    let app = App::with(beckon::Options { feedback: true, ..Default::default() }).await;
    let alice = app.owner().await;
    let crm = app.user("crm").claim("scope", json!("suppressions:write"));
    for (fault, state, reason) in
        [("bounce", "bounced", "unsubscribed"), ("complain", "complained", "complained")]
    {
        let address = format!("{fault}@example.com");
        let group = format!("of-{fault}");
        alice.creates(json!({"id": group, "name": "Some"})).await;
        let first = alice.invites_to(&group, json!({"email": address})).await.is(201);
        let path = path_of(&app.mail_to(&address).await);
        app.tells_ses(json!({"fault": fault, "to": address, "times": 1})).await;
        app.advance(60);
        let again = format!("/v1/groups/{group}/invites/{}/resend", first.text_at("/id"));
        alice.posts(&again, &json!({})).await.is(200);
        delivered(&alice, &group, first.text_at("/id"), state).await;
        let nobody = app.nobody();
        nobody.sends(nobody.request(Method::POST, &path)).await.is(200);
        let entry = crm.gets(&format!("/v1/suppressions/{address}")).await.is(200).json;
        assert_eq!(entry["reason"], reason);
    }
}
