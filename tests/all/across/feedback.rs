//! What SES reports about mails, in any order and as often as it likes.

use beckon::Options;
use futures::future::join;
use harness::mail::inbox;
use harness::{App, Invited, LossyTable, Ses};
use serde_json::{Value, json};
use shared::StreamService;

use super::delivery::{delivered, event, record, sender};
use crate::lambda::{record_delivery, send_mails};

/// Starts a service whose SES reports what becomes of the mails.
async fn start() -> App {
    App::with(Options { feedback: true, ..Options::default() }).await
}

/// Starts the app's function that records reports.
fn recorder(app: &App) -> StreamService {
    StreamService::start(&app.running.environment, app.running.clock.clone())
        .expect("the function starts")
}

/// A kind of report: the event's type, and its part of the event.
type Kind = (&'static str, Value);

fn delivery() -> Kind {
    ("Delivery", json!({"delivery": {"recipients": ["ada@example.com"]}}))
}

fn delay() -> Kind {
    ("DeliveryDelay", json!({"deliveryDelay": {"delayType": "MailboxFull"}}))
}

fn bounce(kind: &str) -> Kind {
    let people = json!([{"emailAddress": "ada@example.com"}]);
    ("Bounce", json!({"bounce": {"bounceType": kind, "bouncedRecipients": people}}))
}

fn complaint() -> Kind {
    let people = json!([{"emailAddress": "ada@example.com"}]);
    ("Complaint", json!({"complaint": {"complainedRecipients": people}}))
}

/// A mail of an invite, as SES's events name it.
#[derive(Clone)]
struct MailOf {
    invite: String,
    generation: u32,
    request: u32,
    message: String,
}

impl MailOf {
    /// Returns the first mail of the invite, with this message id.
    fn first(invited: &Invited, message: &str) -> Self {
        Self { invite: invited.id.clone(), generation: 1, request: 1, message: message.into() }
    }

    /// Returns SES's event about the mail.
    fn report(&self, (kind, detail): Kind) -> Value {
        let tags = json!({
            "group": ["3773"], "invite": [self.invite], "generation": [self.generation.to_string()],
            "request": [self.request.to_string()],
        });
        let mut event =
            json!({"eventType": kind, "mail": {"messageId": self.message, "tags": tags}});
        event.as_object_mut().unwrap().extend(detail.as_object().unwrap().clone());
        event
    }
}

/// Returns the event of the topic with these messages.
fn notified(messages: &[Value]) -> Value {
    let records = messages.iter().map(|message| {
        json!({"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": message.to_string()}})
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

#[tokio::test]
async fn an_invite_shows_what_became_of_its_mail() {
    let app = start().await;
    let alice = app.owner().await;
    for (fault, state, reason) in [
        (None, "delivered", Value::Null),
        (Some("delay"), "delayed", Value::Null),
        (Some("soft_bounce"), "bounced", json!("soft_bounce")),
        (Some("bounce"), "bounced", json!("hard_bounce")),
        (Some("complain"), "complained", Value::Null),
    ] {
        let address = format!("{}@example.com", fault.unwrap_or("ada"));
        if let Some(fault) = fault {
            app.tells_ses(json!({"fault": fault, "to": address})).await;
        }
        let invited = alice.invited(json!({ "email": address })).await;
        let delivery = delivered(&alice, &invited.id, state).await;
        assert_eq!((&delivery["reason"], &delivery["attempts"]), (&reason, &json!(1)), "{state}");
        // The invite stands.
        assert_eq!(alice.reads(&invited.id).await.json["state"], "pending");
    }
    let suppressed = app.items("suppression").await;
    assert_eq!(suppressed.len(), 2, "a hard bounce and a complaint, and nothing that passes");
}

#[tokio::test]
async fn reports_in_any_order_and_repeated_end_in_the_same_state() {
    let kinds = [delay(), bounce("Transient"), delivery(), bounce("Permanent"), complaint()];
    for (kinds, state, reason) in [
        (&kinds[..1], "delayed", Value::Null),
        (&kinds[..2], "bounced", json!("soft_bounce")),
        (&kinds[..3], "delivered", Value::Null),
        (&kinds[..4], "bounced", json!("hard_bounce")),
        (&kinds[..], "complained", Value::Null),
    ] {
        let app = App::without_streams().await;
        let alice = app.owner().await;
        let (ses, recorder) = (Ses::first(&[]).await, recorder(&app));
        let invited = alice.invited(json!({"email": "ada@example.com"})).await;
        send_mails(&sender(&app, &ses), event(&[record(&invited, "100")])).await.unwrap();
        let mail = MailOf::first(&invited, "m-1");
        // The last is first, and all come twice: as one batch, and one by one, raw.
        let reports: Vec<Value> =
            kinds.iter().rev().map(|kind| mail.report(kind.clone())).collect();
        record_delivery(&recorder, notified(&reports)).await.unwrap();
        let first = alice.reads(&invited.id).await;
        let delivery = &first.json["delivery"];
        assert_eq!((&delivery["state"], &delivery["reason"]), (&json!(state), &reason));
        for report in reports {
            record_delivery(&recorder, report).await.unwrap();
        }
        assert_eq!(alice.reads(&invited.id).await.json, first.json, "a repetition writes nothing");
    }
}

#[tokio::test]
async fn a_report_about_another_mail_or_generation_leaves_the_invite_as_it_is() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let (ses, recorder) = (Ses::first(&[]).await, recorder(&app));
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    send_mails(&sender(&app, &ses), event(&[record(&invited, "100")])).await.unwrap();
    let mail = MailOf::first(&invited, "m-1");
    app.advance(60);
    let resend = format!("/v1/groups/3773/invites/{}/resend", invited.id);
    alice.posts(&resend, &json!({"token": "keep"})).await.is(200);
    let before = alice.reads(&invited.id).await.json;
    assert_eq!(before["delivery"]["state"], "queued");
    for other in [
        mail.clone(),
        MailOf { generation: 2, request: 2, ..mail.clone() },
        MailOf { request: 3, ..mail.clone() },
        MailOf { invite: "1".into(), ..mail.clone() },
    ] {
        record_delivery(&recorder, other.report(delivery())).await.unwrap();
        assert_eq!(alice.reads(&invited.id).await.json, before);
    }
    // The address bounced all the same, whatever became of the invite.
    record_delivery(&recorder, mail.report(bounce("Permanent"))).await.unwrap();
    assert_eq!(alice.reads(&invited.id).await.json, before);
    assert_eq!(app.items("suppression").await.len(), 1);
}

#[tokio::test]
async fn a_report_that_overtakes_the_answer_of_ses_is_not_lost() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let ses = Ses::first(&[]).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let (sender, records) = (sender(&app, &ses), [record(&invited, "100")]);
    // SES has taken the mail, and that is not written yet.
    let hold = table.holds("UpdateItem", "last_sent_at", 1);
    let beside = recorder(&below);
    let (sent, ()) = join(send_mails(&sender, event(&records)), async {
        hold.arrived().await;
        let report = MailOf::first(&invited, "m-1").report(delivery());
        record_delivery(&beside, report).await.unwrap();
        hold.release();
    })
    .await;
    assert!(sent.unwrap().batch_item_failures.is_empty());
    let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
    assert_eq!(
        (&delivery["state"], &delivery["attempts"]),
        (&json!("delivered"), &json!(1)),
        "{delivery}"
    );
    assert_eq!(ses.taken().len(), 1);
}

#[tokio::test]
async fn a_report_proves_that_a_mail_went_out_and_ends_its_tries() {
    let app = App::start().await;
    let alice = app.owner().await;
    app.tells_ses(json!({"fault": "unreadable", "times": 1})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    app.mail_to("ada@example.com").await;
    let reason = harness::eventually("the mail to wait", || async {
        let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
        (!delivery["reason"].is_null()).then(|| delivery["reason"].clone())
    });
    assert_eq!(reason.await, "outcome_unknown");
    let taken = inbox(&app.running).await;
    let mail = MailOf::first(&invited, taken[0]["id"].as_str().unwrap());
    record_delivery(&recorder(&app), mail.report(delivery())).await.unwrap();
    delivered(&alice, &invited.id, "delivered").await;
    app.advance(900);
    app.ticks().await;
    app.settled(&alice).await;
    assert_eq!(app.mails_to("ada@example.com").await.len(), 1, "no copy follows");
}

#[tokio::test]
async fn a_report_is_recorded_on_an_invite_that_changes_meanwhile() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let ses = Ses::first(&[]).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    send_mails(&sender(&app, &ses), event(&[record(&invited, "100")])).await.unwrap();
    let hold = table.holds("UpdateItem", "delivery", 1);
    let (through, report) = (recorder(&app), MailOf::first(&invited, "m-1").report(complaint()));
    let (recorded, ()) = join(record_delivery(&through, report), async {
        hold.arrived().await;
        app.person("ada").accepts(&invited.token).await.is(200);
        hold.release();
    })
    .await;
    recorded.unwrap();
    let read = alice.reads(&invited.id).await.json;
    assert_eq!(read["delivery"]["state"], "complained");
}

#[tokio::test]
async fn a_report_that_cannot_be_recorded_is_repeated_after_the_others() {
    let below = App::without_streams().await;
    let table = LossyTable::of(&below).await;
    let app = App::with(Options { streams: false, ..table.options() }).await;
    let alice = app.owner().await;
    let (ses, recorder) = (Ses::first(&[]).await, recorder(&app));
    let ada = alice.invited(json!({"email": "ada@example.com"})).await;
    let bob = alice.invited(json!({"email": "bob@example.com"})).await;
    let records = [record(&ada, "100"), record(&bob, "200")];
    send_mails(&sender(&app, &ses), event(&records[..1])).await.unwrap();
    send_mails(&sender(&app, &ses), event(&records[1..])).await.unwrap();
    let foreign = json!({"eventType": "Delivery", "mail": {"messageId": "m-9", "tags": {}}});
    let reports = notified(&[
        json!("no event"),
        foreign,
        MailOf::first(&ada, "m-1").report(delivery()),
        MailOf::first(&bob, "m-2").report(delivery()),
    ]);
    // The three attempts to read the first invite fail.
    table.refuses("GetItem", 3);
    record_delivery(&recorder, reports.clone()).await.unwrap_err();
    let state =
        async |invited: &Invited| alice.reads(&invited.id).await.json["delivery"]["state"].clone();
    assert_eq!((state(&ada).await, state(&bob).await), (json!("sent"), json!("delivered")));
    record_delivery(&recorder, reports).await.unwrap();
    assert_eq!(state(&ada).await, "delivered");
}

#[tokio::test]
async fn a_suppressed_address_stays_so_after_a_rotation_of_the_token_key() {
    let settings = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let (old, new) = ("a".repeat(32), "b".repeat(32));
    let before = App::with(Options {
        settings: settings(&[("TOKEN_KEY", &old)]),
        feedback: true,
        ..Options::default()
    })
    .await;
    let alice = before.owner().await;
    before.tells_ses(json!({"fault": "complain", "to": "ada@example.com"})).await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    delivered(&alice, &invited.id, "complained").await;

    let table = before.setting(shared::config::settings::TABLE_NAME).to_owned();
    let rotated = settings(&[
        ("TABLE_NAME", &table),
        ("TOKEN_KEY", &new),
        ("TOKEN_KEY_VERSION", "2"),
        ("TOKEN_KEY_PREVIOUS", &old),
    ]);
    let dynamodb = before.setting(shared::config::settings::AWS_ENDPOINT_URL_DYNAMODB).to_owned();
    let after =
        App::with(Options { dynamodb: Some(dynamodb), settings: rotated, ..Options::default() })
            .await;
    let crm = after.user("crm").claim("scope", json!("suppressions:write"));
    let path = "/v1/suppressions/ada@example.com";
    assert_eq!(crm.gets(path).await.is(200).json["reason"], "complained");
    crm.deletes(path).await.is(204);
    crm.gets(path).await.refuses(404, "suppression_not_found");
}
