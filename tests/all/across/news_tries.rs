//! The tries of a mail to an inviter: what SES and the table answer, and what the mail's record says.

use beckon::Options;
use futures::future::join;
use harness::{App, GROUP, LossyTable, Ses, Verdict, table};
use serde_json::{Value, json};
use shared::FollowService;
use shared::config::settings;
use shared::domain::counters::Generation;
use shared::domain::ids::{GroupId, InviteId, UserId};
use shared::domain::news::{News, NewsKind};

use super::delivery::{PAUSED, event, sender};
use super::replies::Log;
use crate::lambda::send_mails as handle;

const REJECTED: Verdict = Verdict::Refused(400, "MessageRejected");

/// Lets Alice have one mail with news, which is queued. Returns its stream record. The app's stream
/// starts nothing.
async fn queued(app: &App) -> Value {
    let alice = app.owner().await;
    let profile = json!({"email": "alice@example.com", "notify": "each"});
    app.directory().writes_user("alice", &profile).await.is(200);
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let follower =
        FollowService::start(&app.running.environment, app.running.clock.clone()).unwrap();
    let now = follower.clock.now();
    let news = News {
        at: now,
        kind: NewsKind::Accepted,
        group: GroupId::parse(GROUP).unwrap(),
        invite: InviteId::from_number(invited.id.parse().unwrap()).unwrap(),
        generation: Generation::FIRST,
    };
    let alice = UserId::parse("alice").unwrap();
    follower.engine.tell_inviter(&alice, &news, now).await.unwrap();
    let image = digest(app).await;
    json!({
        "eventID": "100", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_858_259, "Keys": {"pk": image["pk"], "sk": image["sk"]},
            "SequenceNumber": "100", "SizeBytes": 100, "StreamViewType": "NEW_IMAGE", "NewImage": image,
        },
    })
}

/// Returns the item of the only mail to an inviter.
async fn digest(app: &App) -> Value {
    let mut items = app.items("digest").await;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

/// Returns the state of the only mail to an inviter, and the reason.
async fn outcome(app: &App) -> (String, Option<String>) {
    let item = digest(app).await;
    let text = |name: &str| item["delivery"]["M"][name]["S"].as_str().map(str::to_owned);
    (text("state").unwrap_or_default(), text("reason"))
}

#[tokio::test]
async fn two_runs_that_put_a_mail_to_an_inviter_off_count_once() {
    let app = App::without_streams().await;
    let records = [queued(&app).await];
    let ses = Ses::always(PAUSED).await;
    let sender = sender(&app, &ses);
    let run = || handle(&sender, event(&records));
    let (one, other) = join(run(), run()).await;
    assert!(one.unwrap().batch_item_failures.is_empty());
    assert!(other.unwrap().batch_item_failures.is_empty());
    assert_eq!(ses.asked().len(), 2);
    assert_eq!(digest(&app).await["delivery"]["M"]["put_off"]["N"], "1");
}

#[tokio::test]
async fn ses_s_error_about_a_mail_to_an_inviter_is_logged_without_the_address() {
    let app = App::without_streams().await;
    let records = [queued(&app).await];
    let invite = app.items("invite").await.remove(0);
    let ses = Ses::always(PAUSED).await;
    let (log, _guard) = Log::start();
    handle(&sender(&app, &ses), event(&records)).await.unwrap();
    let lines = log.troubles();
    let [line] = lines.as_slice() else { panic!("one warning: {lines:?}") };
    let fields = &line["fields"];
    assert_eq!(fields["message"], "SES did not confirm a mail");
    assert_eq!(fields["error"], "SES cannot accept the mail now: SendingPausedException");
    assert_eq!((&fields["group.id"], &fields["invite.id"]), (&json!(GROUP), &invite["id"]["N"]));
    assert!(!line.to_string().contains("alice"), "{line}");
}

#[tokio::test]
async fn a_mail_to_an_inviter_that_ses_took_is_sent_whatever_another_run_recorded() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let records = [queued(&app).await];
    let (taking, refusing) = (Ses::first(&[]).await, Ses::always(REJECTED).await);
    let (slow, fast) = (sender(&app, &taking), sender(&below, &refusing));
    let hold = table.holds("UpdateItem", "due_pk", 1);
    let (sent, ()) = join(handle(&slow, event(&records)), async {
        hold.arrived().await;
        handle(&fast, event(&records)).await.unwrap();
        assert_eq!(outcome(&app).await, ("failed".into(), Some("rejected".into())));
        hold.release();
    })
    .await;
    assert!(sent.unwrap().batch_item_failures.is_empty());
    assert_eq!(taking.taken(), ["alice@example.com"]);
    assert_eq!(outcome(&app).await, ("sent".into(), None));
}

#[tokio::test]
async fn a_mail_to_an_inviter_whose_own_record_cannot_be_read_waits() {
    let app = App::without_streams().await;
    let records = [queued(&app).await];
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let users = app.items("user").await;
    let alice = users.iter().find(|user| user["id"]["S"] == "alice").expect("Alice is stored");
    app.spoils(&json!({"pk": alice["pk"], "sk": alice["sk"]})).await;
    let response = handle(&sender, event(&records)).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(outcome(&app).await, ("queued".into(), Some("unavailable".into())));
    assert_eq!(digest(&app).await["outbox"]["S"], "waiting");

    let repaired = json!({"TableName": app.setting(settings::TABLE_NAME), "Item": alice});
    table::ask(app.setting(settings::AWS_ENDPOINT_URL_DYNAMODB), "PutItem", &repaired).await;
    app.advance(60);
    assert_eq!(app.ticks().await["mails"], 1);
    handle(&sender, event(&records)).await.unwrap();
    assert_eq!(ses.taken(), ["alice@example.com"]);
    assert_eq!(outcome(&app).await, ("sent".into(), None));
}
