//! The mails that the clock asks for after an invite's own: reminders, and one before the expiry.

use beckon::Options;
use futures::future::join;
use harness::{App, Invited, LossyTable, Person, Ses, eventually};
use serde_json::{Value, json};

use super::delivery::{delivered, event, record, sender};
use crate::lambda::send_mails;

const DAY: i64 = 86_400;

/// The answers of a busy machine may take this long, in seconds.
const SLOW: i64 = 60;

/// Invites Ada for this long, and waits for her mail.
async fn invites_ada(app: &App, alice: &Person, expires_in: Value) -> Invited {
    let body = json!({"email": "ada@example.com", "expires_in": expires_in});
    let invited = alice.invited(body).await;
    app.mail_to("ada@example.com").await;
    delivered(alice, &invited.id, "sent").await;
    invited
}

/// Lets this many days pass, and starts what a schedule starts. Returns how many mails were asked
/// for.
async fn days_pass(app: &App, days: i64) -> u64 {
    app.advance(days * DAY);
    app.ticks().await["mails"].as_u64().expect("the run counts mails")
}

/// Returns how many mails Ada got, after all that are due are sent.
async fn mails_to_ada(app: &App, alice: &Person) -> usize {
    app.settled(alice).await;
    app.mails_to("ada@example.com").await.len()
}

#[tokio::test]
async fn an_invitee_is_reminded_after_2_5_and_10_days_with_the_same_link() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(30 * DAY)).await;
    let link = app.mail_to("ada@example.com").await.link();
    assert_eq!(days_pass(&app, 1).await, 0);
    app.advance(SLOW);
    for (days, count) in [(1, 2), (3, 3), (5, 4)] {
        assert_eq!(days_pass(&app, days).await, 1, "{count}");
        let mail = app.nth_mail_to("ada@example.com", count).await;
        assert_eq!(mail.subject, "Reminder: Alice invited you to Private Group");
        assert!(mail.text.contains("Reminder: Alice invited you to"));
        assert_eq!(mail.link(), link);
        let delivery = delivered(&alice, &invited.id, "sent").await;
        assert_eq!(delivery["reminders"], count - 1);
        assert_eq!(alice.reads(&invited.id).await.json["send_count"], count);
    }
    assert_eq!(days_pass(&app, 15).await, 0, "there are three reminders");
    app.person("ada").accepts(&invited.token).await.is(200);
    for item in app.items("invite").await {
        assert!(item["outbox"].is_null(), "{item}");
    }
}

#[tokio::test]
async fn an_invite_that_lives_a_week_is_announced_before_it_expires() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(7 * DAY)).await;
    app.advance(SLOW);
    for (days, count) in [(2, 2), (3, 3)] {
        assert_eq!(days_pass(&app, days).await, 1);
        app.nth_mail_to("ada@example.com", count).await;
        delivered(&alice, &invited.id, "sent").await;
    }
    app.advance(SLOW);
    assert_eq!(days_pass(&app, 1).await, 1);
    let mail = app.nth_mail_to("ada@example.com", 4).await;
    assert_eq!(mail.subject, "Expires soon: Alice invited you to Private Group");
    assert!(mail.text.contains("Expires soon: Alice invited you to Private Group"));
    let delivery = delivered(&alice, &invited.id, "sent").await;
    assert_eq!(delivery["reminders"], 3);
    app.advance(DAY);
    assert_eq!(app.ticks().await["expired"], 1);
    assert_eq!(app.mails_to("ada@example.com").await.len(), 4);
}

#[tokio::test]
async fn an_announcement_takes_the_place_of_a_reminder() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(4 * DAY)).await;
    app.advance(SLOW);
    assert_eq!(days_pass(&app, 2).await, 1);
    app.nth_mail_to("ada@example.com", 2).await;
    delivered(&alice, &invited.id, "sent").await;
    assert_eq!(days_pass(&app, 1).await, 1);
    let mail = app.nth_mail_to("ada@example.com", 3).await;
    assert!(mail.subject.starts_with("Expires soon: "), "{}", mail.subject);

    // An invite of three days gets one reminder, and no announcement.
    let body = json!({"email": "eve@example.com", "expires_in": 3 * DAY});
    let eve = alice.invited(body).await;
    delivered(&alice, &eve.id, "sent").await;
    app.advance(SLOW);
    days_pass(&app, 2).await;
    let mail = app.nth_mail_to("eve@example.com", 2).await;
    assert!(mail.subject.starts_with("Reminder: "), "{}", mail.subject);
}

#[tokio::test]
async fn nobody_is_reminded_of_an_invite_that_has_ended() {
    let app = App::start().await;
    let alice = app.owner().await;
    let mut made = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let body = json!({"email": format!("{name}@example.com"), "expires_in": 30 * DAY});
        let invited = alice.invited(body).await;
        delivered(&alice, &invited.id, "sent").await;
        made.push(invited);
    }
    app.person("a").accepts(&made[0].token).await.is(200);
    app.person("b").declines(&made[1].token).await.is(200);
    app.nobody().declines(&made[2].token).await.is(200);
    alice.revokes(&made[3].id).await.is(200);
    alice.updates(&made[4].id, json!({"expires_in": DAY})).await.is(200);
    app.advance(SLOW);
    assert_eq!(days_pass(&app, 2).await, 0);
    app.settled(&alice).await;
    for name in ["a", "b", "c", "d", "e"] {
        assert_eq!(app.mails_to(&format!("{name}@example.com")).await.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_group_can_turn_reminders_off() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(30 * DAY)).await;
    app.advance(SLOW);
    alice.sets_policy(json!({"reminders": "none"})).await.is(200);
    assert_eq!(days_pass(&app, 2).await, 0);
    let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
    assert_eq!((&delivery["state"], &delivery["reminders"]), (&json!("sent"), &json!(0)));
    // The run does not meet the same reminder again.
    assert_eq!(days_pass(&app, 2).await, 0);
    alice.sets_policy(json!({"reminders": "default", "frozen": true})).await.is(200);
    assert_eq!(days_pass(&app, 1).await, 0, "nobody could accept");
    alice.sets_policy(json!({"frozen": false})).await.is(200);
    assert_eq!(days_pass(&app, 5).await, 1);
    app.nth_mail_to("ada@example.com", 2).await;
}

#[tokio::test]
async fn a_reminder_that_is_queued_meets_the_rules_of_its_sending() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    for (name, change, reason) in [
        ("a", json!({"reminders": "none"}), "reminders_off"),
        ("b", json!({"reminders": "default", "frozen": true}), "group_frozen"),
    ] {
        alice.sets_policy(json!({"reminders": "default", "frozen": false})).await.is(200);
        let body = json!({"email": format!("{name}@example.com"), "expires_in": 30 * DAY});
        let invited = alice.invited(body).await;
        send_mails(&sender, event(&[record(&invited, "100")])).await.unwrap();
        app.advance(SLOW);
        days_pass(&app, 2).await;
        assert_eq!(alice.reads(&invited.id).await.json["delivery"]["state"], "queued");
        alice.sets_policy(change).await.is(200);
        send_mails(&sender, event(&[record(&invited, "200")])).await.unwrap();
        let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
        assert_eq!(
            (&delivery["state"], &delivery["reason"]),
            (&json!("suppressed"), &json!(reason))
        );
    }
    assert_eq!(ses.taken(), ["a@example.com", "b@example.com"]);
}

#[tokio::test]
async fn nobody_is_reminded_whose_mail_did_not_arrive() {
    let app = App::with(Options { feedback: true, ..Options::default() }).await;
    let alice = app.owner().await;
    for (fault, state) in [("soft_bounce", "bounced"), ("bounce", "bounced"), ("reject", "failed")]
    {
        let address = format!("{fault}@example.com");
        app.tells_ses(json!({"fault": fault, "to": address})).await;
        let body = json!({"email": address, "expires_in": 30 * DAY});
        let invited = alice.invited(body).await;
        delivered(&alice, &invited.id, state).await;
    }
    app.advance(SLOW);
    assert_eq!(days_pass(&app, 11).await, 0);
}

#[tokio::test]
async fn a_resend_starts_the_reminders_anew() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(30 * DAY)).await;
    app.advance(SLOW);
    assert_eq!(days_pass(&app, 2).await, 1);
    app.nth_mail_to("ada@example.com", 2).await;
    assert_eq!(days_pass(&app, 2).await, 0);
    let resent = alice.resends(&invited.id, json!({})).await.is(200);
    let mail = app.nth_mail_to("ada@example.com", 3).await;
    assert_eq!(mail.subject, "New link: Alice invited you to Private Group");
    delivered(&alice, &invited.id, "sent").await;
    // The second reminder of the first row would be due after one day.
    app.advance(SLOW);
    assert_eq!(days_pass(&app, 1).await, 0);
    assert_eq!(days_pass(&app, 1).await, 1);
    let mail = app.nth_mail_to("ada@example.com", 4).await;
    assert!(mail.subject.starts_with("Reminder: "), "{}", mail.subject);
    assert_eq!(mail.token(), resent.text_at("/token"));

    // Ada gets a new link in another way, so no mail brings it.
    app.advance(DAY);
    alice.resends(&invited.id, json!({"notify": false})).await.is(200);
    assert_eq!(days_pass(&app, 20).await, 0);
}

#[tokio::test]
async fn two_runs_at_once_ask_for_each_reminder_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    for number in 0..20 {
        let body = json!({"email": format!("p{number}@example.com"), "expires_in": 30 * DAY});
        let invited = alice.invited(body).await;
        delivered(&alice, &invited.id, "sent").await;
    }
    app.advance(2 * DAY + SLOW);
    let (one, other) = join(app.ticks(), app.ticks()).await;
    let mails = |ticked: &Value| ticked["mails"].as_u64().unwrap();
    assert_eq!(mails(&one) + mails(&other), 20);
    app.settled(&alice).await;
    for number in 0..20 {
        assert_eq!(app.mails_to(&format!("p{number}@example.com")).await.len(), 2);
    }
}

#[tokio::test]
async fn a_reminder_whose_write_got_no_answer_is_sent_once() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    invites_ada(&app, &alice, json!(30 * DAY)).await;
    app.advance(2 * DAY + SLOW);
    table.loses_the_answer_to("UpdateItem");
    // The SDK may try again within the run; the next run finds nothing to do in either case.
    let _ = app.tick_fails().await;
    assert!(table.has_failed());
    app.ticks().await;
    eventually("the reminder", || async {
        (app.mails_to("ada@example.com").await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(mails_to_ada(&app, &alice).await, 2);
}

#[tokio::test]
async fn a_reminder_that_ses_cannot_take_waits_and_is_sent_once() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(30 * DAY)).await;
    app.advance(SLOW);
    app.tells_ses(json!({"fault": "throttle", "times": 1})).await;
    assert_eq!(days_pass(&app, 2).await, 1);
    let waits = || async {
        let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
        (delivery["reason"] == "throttled").then_some(())
    };
    eventually("the reminder to wait", waits).await;
    app.advance(SLOW);
    app.ticks().await;
    app.nth_mail_to("ada@example.com", 2).await;
    let delivery = delivered(&alice, &invited.id, "sent").await;
    assert_eq!((&delivery["reminders"], &delivery["reason"]), (&json!(1), &Value::Null));
    assert_eq!(mails_to_ada(&app, &alice).await, 2);
}

#[tokio::test]
async fn an_acceptance_while_a_reminder_is_asked_for_wins() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(table.options()).await;
    let alice = app.owner().await;
    let invited = invites_ada(&app, &alice, json!(30 * DAY)).await;
    app.advance(2 * DAY + SLOW);
    let hold = table.holds("UpdateItem", "queued", 1);
    let (ticked, ()) = join(app.ticks(), async {
        hold.arrived().await;
        app.person("ada").accepts(&invited.token).await.is(200);
        hold.release();
    })
    .await;
    assert_eq!(ticked["mails"], 0);
    let read = alice.reads(&invited.id).await.json;
    assert_eq!((&read["state"], &read["delivery"]["state"]), (&json!("accepted"), &json!("sent")));
    assert_eq!(mails_to_ada(&app, &alice).await, 1);
}
