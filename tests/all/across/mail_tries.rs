//! A mail that SES cannot take now waits in the table, and is tried again. Its copies are bounded.

use beckon::Options;
use futures::future::join;
use harness::mail::inbox;
use harness::{App, LossyTable, Ses, Verdict, eventually, seconds};
use serde_json::{Value, json};
use shared::MailService;
use shared::config::settings;

use super::delivery::{PAUSED, delivered, event, record, sender};
use crate::lambda::send_mails as handle;

/// Longer than every pause between two tries, in seconds.
const LONG: i64 = 900;

/// Returns the only invite's item.
async fn invite(app: &App) -> Value {
    let mut items = app.items("invite").await;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

/// Waits until the only invite's mail was put off `times` times, and returns the invite's item.
async fn waiting(app: &App, times: u32) -> Value {
    eventually(&format!("the mail to wait for try {}", times + 1), || async {
        let item = invite(app).await;
        let put_off = item["delivery"]["M"]["put_off"]["N"].as_str().unwrap_or_default();
        (item["outbox"]["S"] == "waiting" && put_off == times.to_string()).then_some(item)
    })
    .await
}

/// Returns when something is due for the invite, as the index has it.
fn due(item: &Value) -> i64 {
    let sort = item["due_sk"]["S"].as_str().unwrap_or_else(|| panic!("nothing is due: {item}"));
    sort.split('#').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_mail_that_ses_throttles_waits_and_is_sent_once() {
    // The retries of a mail count once against the limit.
    let app = App::with_settings(&[("LIMIT_MAILS_PER_RECIPIENT_DAY", "1")]).await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "throttle", "times": 1})).await;
    app.tells_ses(json!({"fault": "fail", "times": 1})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    for (times, reason, pause) in [(1, "throttled", 60), (2, "unavailable", 120)] {
        let item = waiting(&app, times).await;
        let left = due(&item) - app.now();
        assert!((pause - 20..=pause).contains(&left), "{left}");
        let read = alice.reads(&invited.id).await.json["delivery"].clone();
        assert_eq!((&read["state"], &read["reason"]), (&json!("queued"), &json!(reason)));
        assert_eq!(
            (&read["attempts"], &read["updated_at"]),
            (&json!(0), &invited.json["delivery"]["updated_at"])
        );
        // It is not tried before its time.
        app.advance(left - 20);
        app.ticks().await;
        assert_eq!(invite(&app).await["outbox"]["S"], "waiting");
        app.advance(20);
        app.ticks().await;
    }
    let delivery = delivered(&alice, &invited.id, "sent").await;
    assert!(delivery["reason"].is_null());
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1);
    assert_eq!(app.heals_ses().await, [1, 1]);
    let item = invite(&app).await;
    assert!(item["outbox"].is_null());
    let read = alice.reads(&invited.id).await.json;
    let sent_at = seconds(read["last_sent_at"].as_str().unwrap());
    assert_eq!(due(&item), sent_at + 2 * 86_400, "the first reminder is due next");
}

#[tokio::test]
async fn one_mail_that_cannot_be_sent_holds_up_no_other() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let ses = Ses::always_to("eve@example.com", PAUSED).await;
    let paused = sender(&app, &ses);
    let mut records = Vec::new();
    for (at, name) in ["ada", "eve", "bob"].iter().enumerate() {
        let invited = alice.invited(json!({"email": format!("{name}@example.com")})).await;
        records.push((invited.id.clone(), record(&invited, &format!("{}00", at + 1))));
    }
    let all: Vec<Value> = records.iter().map(|(_, record)| record.clone()).collect();
    let response = handle(&paused, event(&all)).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    let mut taken = ses.taken();
    taken.sort();
    assert_eq!(taken, ["ada@example.com", "bob@example.com"]);
    let (eve, its) = &records[1];
    assert_eq!(alice.reads(eve).await.json["delivery"]["reason"], "sending_paused");

    // A repeated record neither repeats a mail, nor shortens the wait of another.
    handle(&paused, event(&all)).await.unwrap();
    assert_eq!((ses.asked().len(), ses.taken().len()), (3, 2));
    let healed = Ses::first(&[]).await;
    app.advance(60);
    app.ticks().await;
    handle(&sender(&app, &healed), event(std::slice::from_ref(its))).await.unwrap();
    assert_eq!(healed.taken(), ["eve@example.com"]);
    assert_eq!(alice.reads(eve).await.json["delivery"]["state"], "sent");
}

#[tokio::test]
async fn a_mail_whose_outcome_is_unknown_is_sent_at_most_five_times() {
    for fault in ["unreadable", "reset"] {
        let app = App::start().await;
        let alice = app.owner().await;
        app.tells_ses(json!({"fault": fault})).await;
        let invited = alice.invited(json!({"email": "ada@example.com"})).await;
        for times in 1..=5 {
            waiting(&app, times).await;
            let read = alice.reads(&invited.id).await.json["delivery"].clone();
            assert_eq!(read["reason"], "outcome_unknown");
            app.advance(LONG);
            app.ticks().await;
        }
        let delivery = delivered(&alice, &invited.id, "failed").await;
        assert_eq!(delivery["reason"], "outcome_unknown", "{fault}");
        app.heals_ses().await;
        app.advance(LONG);
        app.ticks().await;
        app.settled(&alice).await;
        let copies = app.mails_to("ada@example.com").await;
        assert_eq!(copies.len(), 5, "{fault}");
        assert!(copies.iter().all(|copy| copy.link() == copies[0].link()));
        // The link works, whichever copy arrived.
        app.person("ada").accepts(&invited.token).await.is(200);
    }
}

#[tokio::test]
async fn a_late_answer_sends_one_copy_more() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "time_out", "times": 1})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    waiting(&app, 1).await;
    app.advance(60);
    app.ticks().await;
    delivered(&alice, &invited.id, "sent").await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 2);
}

#[tokio::test]
async fn an_answer_of_ses_gives_the_try_back() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "unreadable", "times": 4})).await;
    app.tells_ses(json!({"fault": "throttle", "times": 3})).await;
    app.tells_ses(json!({"fault": "unverified", "times": 1})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    for times in 1..=8 {
        waiting(&app, times).await;
        app.advance(LONG);
        app.ticks().await;
    }
    delivered(&alice, &invited.id, "sent").await;
    assert_eq!(app.heals_ses().await, [4, 3, 1]);
    assert_eq!(app.mails_to("ada@example.com").await.len(), 5);
}

#[tokio::test]
async fn a_mail_is_tried_for_as_long_as_ses_cannot_be_reached() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let record = record(&invited, "100");
    let nowhere =
        (settings::AWS_ENDPOINT_URL_SESV2.name().to_owned(), "http://127.0.0.1:1".to_owned());
    let environment = app.running.environment.with([nowhere]);
    let unreachable = MailService::start(&environment, app.running.clock.clone()).unwrap();
    for times in 1..=7 {
        handle(&unreachable, event(std::slice::from_ref(&record))).await.unwrap();
        assert_eq!(waiting(&app, times).await["delivery"]["M"]["reason"]["S"], "unavailable");
        app.advance(LONG);
        app.ticks().await;
    }
    let ses = Ses::first(&[]).await;
    handle(&sender(&app, &ses), event(&[record])).await.unwrap();
    assert_eq!(ses.taken(), ["ada@example.com"]);
}

#[tokio::test]
async fn a_mail_that_cannot_be_marked_is_redelivered_and_sent_at_most_five_times() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let records = [record(&invited, "100")];
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let unmarked = async || {
        // The try is counted, and every later write is refused.
        let hold = table.holds("UpdateItem", "occasions", 1);
        let (response, ()) = join(handle(&sender, event(&records)), async {
            hold.arrived().await;
            table.refuses_all("UpdateItem");
            hold.release();
        })
        .await;
        table.heals();
        let failures = response.unwrap().batch_item_failures;
        let failed: Vec<_> = failures.iter().map(|one| one.item_identifier.as_deref()).collect();
        assert_eq!(failed, [Some("100")]);
    };
    for _ in 0..6 {
        unmarked().await;
    }
    assert_eq!(ses.taken().len(), 5);
    handle(&sender, event(&records)).await.unwrap();
    let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
    assert_eq!(
        (&delivery["state"], &delivery["reason"]),
        (&json!("failed"), &json!("outcome_unknown"))
    );
    assert_eq!(ses.taken().len(), 5);
}

#[tokio::test]
async fn a_lost_answer_to_the_count_counts_one_try() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let invited = app.owner().await.invited(json!({"email": "ada@example.com"})).await;
    let ses = Ses::first(&[]).await;
    table.loses_the_answer_to("UpdateItem");
    handle(&sender(&app, &ses), event(&[record(&invited, "100")])).await.unwrap();
    assert!(table.has_failed());
    assert_eq!(ses.taken(), ["ada@example.com"]);
    let days = app.items("window").await;
    let of_mails = days.iter().filter(|day| !day["occasions"].is_null());
    let tries: Vec<usize> = of_mails
        .flat_map(|day| day.as_object().unwrap())
        .filter(|(name, _)| name.starts_with("tries_"))
        .map(|(_, tries)| tries["SS"].as_array().unwrap().len())
        .collect();
    assert_eq!(tries, [1]);
}

#[tokio::test]
async fn a_mail_that_nobody_handled_is_queued_again_after_a_quarter_of_an_hour() {
    // The stream starts nothing, as if it had lost the record.
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let made = alice.invited(json!({"email": "ada@example.com"})).await;
    let first = invite(&app).await;
    app.advance(LONG - 60);
    app.ticks().await;
    assert_eq!(invite(&app).await, first);
    app.advance(60);
    app.ticks().await;
    let again = invite(&app).await;
    // Only a change makes a new record in the stream.
    assert_eq!((&again["outbox"]["S"], &again["version"]["N"]), (&json!("queued"), &json!("2")));
    let left = due(&again) - app.now();
    assert!((LONG - 20..=LONG).contains(&left), "{left}");
    let ses = Ses::first(&[]).await;
    handle(&sender(&app, &ses), event(&[record(&made, "200")])).await.unwrap();
    assert_eq!(ses.taken(), ["ada@example.com"]);

    // Nobody handles a mail for three days, so it is given up.
    let made = alice.invited(json!({"email": "eve@example.com"})).await;
    app.advance(3 * 86_400 + 1);
    app.ticks().await;
    let delivery = alice.reads(&made.id).await.json["delivery"].clone();
    assert_eq!(
        (&delivery["state"], &delivery["reason"]),
        (&json!("failed"), &json!("unavailable"))
    );
}

#[tokio::test]
async fn a_recipient_whom_the_local_ses_rejects_gets_no_further_try() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "reject", "to": "ada@example.com"})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    assert_eq!(delivered(&alice, &invited.id, "failed").await["reason"], "rejected");
    app.settled(&alice).await;
    assert_eq!(app.heals_ses().await, [1]);
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn a_mail_that_waits_when_its_invite_ends_is_shown_as_suppressed() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "pause"})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    waiting(&app, 1).await;
    assert_eq!(alice.lists("?delivery=queued").await.data().len(), 1);
    app.person("ada").accepts(&invited.token).await.is(200);
    let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
    assert_eq!(
        (&delivery["state"], &delivery["reason"]),
        (&json!("suppressed"), &json!("no_longer_pending"))
    );
    assert!(alice.lists("?delivery=queued").await.data().is_empty());
    app.heals_ses().await;
    app.advance(LONG);
    app.ticks().await;
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn an_invite_that_expires_while_its_mail_waits_is_not_mailed() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "pause", "to": "ada@example.com"})).await;
    let invited = alice.invited(json!({"email": "ada@example.com", "expires_in": 301})).await;
    for times in 1..=2 {
        waiting(&app, times).await;
        app.advance(60 * i64::from(times));
        app.ticks().await;
    }
    // The third pause is longer than the rest of the invite's time.
    let item = waiting(&app, 3).await;
    assert_eq!(due(&item), seconds(invited.json["expires_at"].as_str().unwrap()));
    app.advance(LONG);
    assert_eq!(app.ticks().await["expired"], 1);
    app.heals_ses().await;
    assert_eq!(invite(&app).await["state"]["S"], "expired");
    assert!(invite(&app).await["outbox"].is_null());
    app.settled(&alice).await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}

#[tokio::test]
async fn a_change_of_the_invite_while_its_mail_is_marked_keeps_both() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let hold = table.holds("UpdateItem", "last_sent_at", 1);
    let (response, changed) = join(handle(&sender, event(&[record(&invited, "100")])), async {
        hold.arrived().await;
        let changed = alice.updates(&invited.id, json!({"expires_in": 600})).await.is(200).json;
        hold.release();
        changed
    })
    .await;
    assert!(response.unwrap().batch_item_failures.is_empty());
    let item = invite(&app).await;
    assert_eq!(item["delivery"]["M"]["state"]["S"], "sent");
    assert_eq!(due(&item), seconds(changed["expires_at"].as_str().unwrap()));
    assert_eq!(ses.taken().len(), 1);
}

#[tokio::test]
async fn an_acceptance_while_the_mail_is_marked_leaves_nothing_due() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let ses = Ses::always(Verdict::Refused(429, "TooManyRequestsException")).await;
    let sender = sender(&app, &ses);
    let hold = table.holds("UpdateItem", "waiting", 1);
    let (response, ()) = join(handle(&sender, event(&[record(&invited, "100")])), async {
        hold.arrived().await;
        app.person("ada").accepts(&invited.token).await.is(200);
        hold.release();
    })
    .await;
    assert!(response.unwrap().batch_item_failures.is_empty());
    let item = invite(&app).await;
    assert_eq!(item["state"]["S"], "accepted");
    assert_eq!(item["delivery"]["M"]["reason"]["S"], "no_longer_pending");
    assert_eq!(item["due_pk"]["S"].as_str().unwrap().split('#').nth(2), Some("accepted"));
    assert!(item["outbox"].is_null(), "{item}");
}

#[tokio::test]
async fn two_runs_that_put_a_mail_off_count_once() {
    let app = App::without_streams().await;
    let invited = app.owner().await.invited(json!({"email": "ada@example.com"})).await;
    let ses = Ses::always(PAUSED).await;
    let sender = sender(&app, &ses);
    let run = || handle(&sender, event(&[record(&invited, "100")]));
    let (one, other) = join(run(), run()).await;
    assert!(one.unwrap().batch_item_failures.is_empty());
    assert!(other.unwrap().batch_item_failures.is_empty());
    waiting(&app, 1).await;
}

#[tokio::test]
async fn the_invite_keeps_the_id_of_its_mail_for_itself() {
    let app = App::start().await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    delivered(&alice, &invited.id, "sent").await;
    let id = inbox(&app.running).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(invite(&app).await["delivery"]["M"]["message_id"]["S"], id);
    assert!(!alice.reads(&invited.id).await.text.contains(&id));
    assert!(!alice.lists("").await.text.contains(&id));
}

#[tokio::test]
async fn a_deployment_that_writes_to_nobody_sends_every_mail_to_one_address() {
    let app = App::with_settings(&[("NOTIFY_REDIRECT_TO", "qa@acme.example")]).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let mail = app.mail_to("qa@acme.example").await;
    assert!(!mail.subject.contains("ada@") && !mail.headers.to_string().contains("ada@"));
    assert_eq!(mail.token(), invited.token);
    delivered(&alice, &invited.id, "sent").await;
    assert!(app.mails_to("ada@example.com").await.is_empty());
}
