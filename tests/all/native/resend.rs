//! Resending an invite.

use futures::future::join_all;
use harness::{Answer, App, LossyTable, Ses, Verdict};
use serde_json::{Value, json};

const ROTATE: &str = r#"{"token": "rotate"}"#;

fn body(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_resend_mails_a_new_link_and_the_old_one_no_longer_works() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com", "expires_in": 600})).await;
    app.mail_to("ada@example.com").await;
    app.advance(300);
    let resent = alice.resends(&first.id, json!({})).await.is(200);
    assert_eq!(resent.text_at("/id"), first.id);
    assert_ne!(resent.text_at("/token"), first.token);
    assert!(resent.text_at("/url").ends_with(resent.text_at("/token")));
    assert_eq!(resent.header("etag"), resent.text_at("/etag"));
    let seconds = |pointer| harness::seconds(resent.text_at(pointer));
    assert_eq!(seconds("/expires_at"), seconds("/updated_at") + 600);
    assert_eq!(resent.json["send_count"], 2);
    assert_eq!(resent.json["created_at"], first.json["created_at"]);
    let mail = app.nth_mail_to("ada@example.com", 2).await;
    assert!(mail.text.contains(resent.text_at("/token")), "{}", mail.text);

    let ada = app.person("ada");
    ada.accepts(&first.token).await.refuses(410, "invite_revoked");
    app.nobody().previews(&first.token).await.refuses(410, "invite_revoked");
    ada.accepts(resent.text_at("/token")).await.is(200);
}

#[tokio::test]
async fn a_resend_can_keep_the_link_and_send_no_mail() {
    let app = App::start().await;
    let alice = app.owner().await;
    let first = alice.invited(json!({"email": "ada@example.com"})).await;
    app.mail_to("ada@example.com").await;
    app.advance(60);
    let kept = alice.resends(&first.id, json!({"token": "keep", "notify": false})).await.is(200);
    assert_eq!(kept.text_at("/token"), first.token);
    assert_eq!(kept.json["send_count"], 1);
    app.settled(&alice).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
    app.person("ada").accepts(&first.token).await.is(200);
}

#[tokio::test]
async fn a_resend_without_a_mail_leaves_none_queued_for_a_dead_link() {
    let busy = Verdict::Refused(429, "TooManyRequestsException");
    let ses = Ses::always_to("ada@example.com", busy).await;
    let app = App::with(ses.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let delivery = |answer: &Answer| {
        let delivery = &answer.json["delivery"];
        (delivery["state"].clone(), delivery["reason"].clone())
    };
    app.advance(60);
    let kept = alice.resends(&invited.id, json!({"token": "keep", "notify": false})).await.is(200);
    assert_eq!(delivery(&kept), (json!("queued"), Value::Null));
    app.advance(60);
    let rotated = alice.resends(&invited.id, json!({"notify": false})).await.is(200);
    assert_eq!(delivery(&rotated), (json!("suppressed"), json!("link_replaced")));
    assert_eq!(rotated.json["send_count"], 1);
    assert!(app.items("invite").await.iter().all(|item| item["outbox"].is_null()));
    app.advance(60);
    let mailed = alice.resends(&invited.id, json!({})).await.is(200);
    assert_eq!(delivery(&mailed), (json!("queued"), Value::Null));
}

#[tokio::test]
async fn a_resend_revives_an_expired_invite_and_one_that_a_scanner_declined() {
    let app = App::start().await;
    let alice = app.owner().await;
    let expired = alice.invited(json!({"email": "ada@example.com", "expires_in": 300})).await;
    let declined = alice.invited(json!({"email": "bob@example.com"})).await;
    app.nobody().declines(&declined.token).await.is(200);
    app.advance(300);
    assert_eq!(alice.reads(&expired.id).await.json["state"], "expired");
    for (id, person) in [(&expired.id, "ada"), (&declined.id, "bob")] {
        let revived = alice.resends(id, json!({"token": "keep"})).await.is(200);
        assert_eq!(revived.json["state"], "pending");
        assert!(revived.json["resolved_at"].is_null());
        assert!(alice.lists("?state=pending").await.each("id").contains(id));
        app.person(person).accepts(revived.text_at("/token")).await.is(200);
    }
}

#[tokio::test]
async fn the_cool_down_is_a_minute_from_the_last_request() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let before = app.table().await;
    // The clock goes on by itself, so the exact second is a unit test's.
    let left = |answer: Answer| {
        let refused = answer.refuses(429, "resend_too_soon");
        refused.header("retry-after").parse::<i64>().unwrap()
    };
    app.advance(40);
    assert!((1..=20).contains(&left(alice.resends(&invited.id, json!({})).await)));
    assert_eq!(app.table().await, before);
    app.advance(20);
    alice.resends(&invited.id, json!({"notify": false})).await.is(200);
    assert!((40..=60).contains(&left(alice.resends(&invited.id, json!({})).await)));
}

#[tokio::test]
async fn an_invite_is_resent_ten_times_over_all_generations() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invite = json!({"email": "ada@example.com", "notify": false});
    let invited = alice.invited(invite.clone()).await;
    for _ in 0..10 {
        app.advance(60);
        alice.resends(&invited.id, json!({"notify": false})).await.is(200);
    }
    app.advance(60);
    let before = app.table().await;
    let refused = alice.resends(&invited.id, json!({})).await.refuses(429, "resend_limit");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(app.table().await, before);
    // A new invite of the same person has the same id, and no new resends.
    alice.revokes(&invited.id).await.is(200);
    assert_eq!(alice.invited(invite).await.id, invited.id);
    app.advance(60);
    alice.resends(&invited.id, json!({})).await.refuses(429, "resend_limit");
}

#[tokio::test]
async fn a_final_state_is_not_resent() {
    let app = App::start().await;
    let alice = app.owner().await;
    let ada = app.person("ada");
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "notify": false});
    let accepted = alice.invited(invite("ada")).await;
    ada.accepts(&accepted.token).await.is(200);
    let declined = alice.invited(invite("bob")).await;
    app.person("bob").declines(&declined.token).await.is(200);
    let revoked = alice.invited(invite("eve")).await;
    alice.revokes(&revoked.id).await.is(200);
    let exhausted = alice.invited(json!({"link": {"max_uses": 1}})).await;
    app.user("zoe").accepts(&exhausted.token).await.is(200);
    app.advance(60);
    let before = app.table().await;
    for (invite, status, code) in [
        (&accepted, 409, "invite_not_pending"),
        (&declined, 409, "invite_not_pending"),
        (&revoked, 410, "invite_revoked"),
        (&exhausted, 410, "invite_used_up"),
    ] {
        alice.resends(&invite.id, json!({})).await.refuses(status, code);
    }
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn a_resend_needs_the_right_to_invite_with_these_roles() {
    let app = App::start().await;
    let alice = app.owner().await;
    let (bob, cleo) = (app.person("bob"), app.person("cleo"));
    alice.takes_in(&bob, json!(["admin"])).await;
    alice.takes_in(&cleo, json!(["member"])).await;
    let invited =
        alice.invited(json!({"email": "ada@example.com", "roles": ["owner"], "notify": false}));
    let invited = invited.await;
    app.advance(60);
    let before = app.table().await;
    bob.resends(&invited.id, json!({})).await.refuses(403, "role_above_own");
    cleo.resends(&invited.id, json!({})).await.refuses(403, "forbidden");
    app.person("eve").resends(&invited.id, json!({})).await.refuses(404, "group_not_found");
    app.nobody().resends(&invited.id, json!({})).await.refuses(401, "unauthenticated");
    alice.resends("1", json!({})).await.refuses(404, "invite_not_found");
    alice.resends(&invited.id, json!({"token": "new"})).await.refuses(422, "invalid_body");
    alice.resends(&invited.id, json!({"tokens": "keep"})).await.refuses(422, "invalid_body");
    assert_eq!(app.table().await, before);
}

#[tokio::test]
async fn an_acceptance_asks_the_right_of_the_person_who_resent_the_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let bob = app.person("bob").name("Bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    let by_bob = bob.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let by_alice = alice.invited(json!({"email": "cleo@example.com", "notify": false})).await;
    app.advance(120);
    let resent = alice.resends(&by_bob.id, json!({})).await.is(200);
    assert_eq!(resent.json["created_by"]["id"], "bob");
    let other = bob.resends(&by_alice.id, json!({})).await.is(200);
    alice.removes("bob").await.is(204);
    app.person("ada").accepts(resent.text_at("/token")).await.is(200);
    app.person("cleo").accepts(other.text_at("/token")).await.refuses(410, "inviter_gone");
}

#[tokio::test]
async fn a_revival_asks_what_a_new_invite_asks() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invite = |name: &str| json!({"email": format!("{name}@example.com"), "expires_in": 300, "notify": false});
    let joined = alice.invited(invite("ada")).await;
    let refusing = alice.invited(invite("bob")).await;
    let over = alice.invited(invite("cleo")).await;
    app.advance(300);
    for name in ["ada", "bob"] {
        app.person(name)
            .puts("/v1/me", &json!({"email": format!("{name}@example.com")}))
            .await
            .is(200);
    }
    let link = alice.invited(json!({"link": {}})).await;
    app.person("ada").accepts(&link.token).await.is(200);
    app.person("bob").patches("/v1/me", &json!({"refuses_invites": true})).await.is(200);
    alice.sets_policy(json!({"max_pending": 1})).await;
    alice.resends(&joined.id, json!({})).await.refuses(409, "already_member");
    alice.resends(&refusing.id, json!({})).await.refuses(403, "invites_refused");
    alice.resends(&over.id, json!({})).await.refuses(429, "pending_limit");
    alice.sets_policy(json!({"blocked_domains": ["example.com"], "max_pending": 9})).await;
    alice.resends(&over.id, json!({})).await.refuses(403, "domain_not_allowed");
    alice.sets_policy(json!({"frozen": true})).await;
    alice.resends(&over.id, json!({})).await.refuses(403, "group_frozen");
}

#[tokio::test]
async fn a_resend_counts_in_the_inviters_window() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "2")]).await;
    app.advance_to("2030-01-01T10:00:00Z");
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.advance(60);
    alice.resends(&invited.id, json!({})).await.is(200);
    app.advance(60);
    alice.resends(&invited.id, json!({})).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn of_many_resends_at_once_one_passes() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.advance(60);
    let answers = join_all((0..6).map(|_| alice.resends(&invited.id, body(ROTATE)))).await;
    let passed: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(passed.len(), 1, "{answers:#?}");
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.json["code"], "resend_too_soon", "{}", refused.text);
    }
    app.person("ada").accepts(passed[0].text_at("/token")).await.is(200);
}

#[tokio::test]
async fn a_resend_that_read_before_a_revoke_revives_nothing() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    app.advance(60);
    let table = LossyTable::of(&app).await;
    let slow = App::with(table.options()).await;
    slow.advance(60);
    let late = slow.person("alice");
    let held = table.holds("TransactWriteItems", "requested_at", 1);
    let (answer, ()) = tokio::join!(late.resends(&invited.id, body(ROTATE)), async {
        held.arrived().await;
        alice.revokes(&invited.id).await.is(200);
        held.release();
    });
    answer.refuses(410, "invite_revoked");
    assert_eq!(alice.reads(&invited.id).await.json["state"], "revoked");
}
