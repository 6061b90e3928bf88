//! Each mail is sent once, although the stream repeats records and SES fails.

use aws_lambda_events::event::dynamodb::Event;
use beckon::Options;
use harness::{App, Invited, Person, Ses, Verdict, eventually};
use serde_json::{Value, json};
use shared::MailService;
use shared::config::settings;

use crate::lambda::send_mails as handle;

const THROTTLED: Verdict = Verdict::Refused(429, "TooManyRequestsException");
const REJECTED: Verdict = Verdict::Refused(400, "MessageRejected");

pub(crate) const PAUSED: Verdict = Verdict::Refused(400, "SendingPausedException");

/// Returns the stream record of a new invite, in the form that Lambda delivers.
pub(crate) fn record(invited: &Invited, sequence_number: &str) -> Value {
    let key = json!({"pk": {"S": "G#3773"}, "sk": {"S": format!("I#{}", invited.id)}});
    json!({
        "eventID": sequence_number, "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/beckon/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_858_259, "Keys": key, "SequenceNumber": sequence_number, "SizeBytes": 100,
            "StreamViewType": "NEW_IMAGE",
            "NewImage": {"group": {"S": "3773"}, "id": {"N": invited.id}, "generation": {"N": "1"}, "outbox": {"S": "queued"}},
        },
    })
}

pub(crate) fn event(records: &[Value]) -> Event {
    serde_json::from_value(json!({ "Records": records })).expect("the event is valid")
}

/// Starts the app's mail sender with this SES.
pub(crate) fn sender(app: &App, ses: &Ses) -> MailService {
    let own = (settings::AWS_ENDPOINT_URL_SESV2.name().to_owned(), ses.url());
    let environment = app.running.environment.with([own]);
    MailService::start(&environment, app.running.clock.clone()).expect("the mail sender starts")
}

pub(crate) async fn delivered(alice: &Person, id: &str, state: &str) -> Value {
    eventually(&format!("the delivery to be {state}"), || async {
        let delivery = alice.reads(id).await.json["delivery"].clone();
        (delivery["state"] == state).then_some(delivery)
    })
    .await
}

#[tokio::test]
async fn a_repeated_record_sends_one_mail() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let record = record(&invited, "100");
    for _ in 0..3 {
        let response = handle(&sender, event(std::slice::from_ref(&record))).await.unwrap();
        assert!(response.batch_item_failures.is_empty());
    }
    let response = handle(&sender, event(&[record.clone(), record])).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(ses.taken(), ["ada@example.com"]);
    let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("sent"), &json!(1)));
}

#[tokio::test]
async fn a_record_without_a_readable_invite_is_skipped() {
    let app = App::start().await;
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let mut unreadable = record(&app.owner().await.invited(json!({"link": {}})).await, "100");
    unreadable["dynamodb"]["NewImage"] =
        json!({"group": {"S": "a#b"}, "id": {"N": "0"}, "generation": {"N": "-1"}});
    let mut empty = unreadable.clone();
    empty["dynamodb"]["NewImage"] = json!({});
    let response = handle(&sender, event(&[unreadable, empty])).await.unwrap();
    assert!(response.batch_item_failures.is_empty() && ses.asked().is_empty());
}

#[tokio::test]
async fn an_unreadable_invite_holds_up_no_mail_behind_it() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let odd = alice.invited(json!({"email": "ada@example.com"})).await;
    let next = alice.invited(json!({"email": "eve@example.com"})).await;
    app.spoils(&json!({"pk": {"S": "G#3773"}, "sk": {"S": format!("I#{}", odd.id)}})).await;
    let response =
        handle(&sender, event(&[record(&odd, "100"), record(&next, "200")])).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(ses.taken(), ["eve@example.com"]);
}

#[tokio::test]
async fn an_address_gets_a_limited_number_of_mails_a_day_from_all_groups() {
    let app = App::with_settings(&[("LIMIT_MAILS_PER_RECIPIENT_DAY", "2")]).await;
    app.advance_to("2030-06-01T12:00:00Z");
    let alice = app.owner().await;
    let mut tokens = Vec::new();
    for group in ["first", "second", "third"] {
        alice.creates(json!({"id": group, "name": "Private Group"})).await;
        // Addresses that differ in the tag share one mailbox and its limit.
        let made = alice
            .invites_to(group, json!({"email": format!("ada+{group}@example.com")}))
            .await
            .is(201);
        tokens.push(made.text_at("/token").to_owned());
        app.settled(&alice).await;
    }
    let to_ada =
        async || app.mails().await.iter().filter(|mail| mail.to[0].starts_with("ada+")).count();
    assert_eq!(to_ada().await, 2);
    let last = alice.gets("/v1/groups/third/invites").await.data()[0].clone();
    let delivery = &last["delivery"];
    assert_eq!(
        (&delivery["state"], &delivery["reason"], &delivery["attempts"]),
        (&json!("suppressed"), &Value::Null, &json!(0))
    );
    // The invite stays pending, so the inviter can pass the link on. The limit ends with the day.
    app.user("ada").email("ada+third@example.com").accepts(&tokens[2]).await.is(200);
    app.advance(12 * 3600);
    alice.invited(json!({"email": "ada@example.com"})).await;
    app.mail_to("ada@example.com").await;
}

/// Invites one address into `count` groups, and returns the stream records.
async fn invite_ada_to_groups(alice: &Person, count: usize) -> Vec<Value> {
    let mut records = Vec::new();
    for at in 0..count {
        let group = format!("group-{at}");
        alice.creates(json!({"id": group, "name": "Private Group"})).await;
        let made = Invited::of(alice.invites_to(&group, json!({"email": "ada@example.com"})).await);
        let mut record = record(&made, &format!("{at}"));
        record["dynamodb"]["NewImage"]["group"] = json!({"S": group});
        records.push(record);
    }
    records
}

#[tokio::test]
async fn retried_mails_to_one_address_count_once_each() {
    let app = App::without_streams().await;
    let records = invite_ada_to_groups(&app.owner().await, 2).await;
    let ses = Ses::first(&[THROTTLED; 12]).await;
    let sender = sender(&app, &ses);
    for _ in 0..8 {
        for record in &records {
            handle(&sender, event(std::slice::from_ref(record))).await.unwrap();
        }
        app.advance(900);
        app.ticks().await;
    }
    assert_eq!(ses.taken(), ["ada@example.com", "ada@example.com"]);
}

#[tokio::test]
async fn concurrent_mails_to_one_address_never_exceed_the_limit() {
    let app = App::without_streams().await;
    let records = invite_ada_to_groups(&app.owner().await, 12).await;
    let ses = Ses::first(&[]).await;
    let sender = sender(&app, &ses);
    let events = records.iter().map(|record| event(std::slice::from_ref(record)));
    for response in futures::future::join_all(events.map(|event| handle(&sender, event))).await {
        assert!(response.unwrap().batch_item_failures.is_empty());
    }
    assert_eq!(ses.taken().len(), 5);
}

#[tokio::test]
async fn a_mail_that_ses_rejects_is_not_retried() {
    let ses = Ses::always_to("ada@example.com", REJECTED).await;
    let app = App::with(ses.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    let delivery = delivered(&alice, &invited.id, "failed").await;
    assert_eq!((&delivery["reason"], &delivery["attempts"]), (&json!("rejected"), &json!(1)));
    let next = alice.invited(json!({"email": "eve@example.com"})).await;
    delivered(&alice, &next.id, "sent").await;
    assert_eq!(ses.asked(), ["ada@example.com", "eve@example.com"]);
    // The link still works, because the inviter can pass it on.
    app.person("ada").accepts(&invited.token).await.is(200);
}

#[tokio::test]
async fn a_mail_before_the_sender_is_verified_is_sent_once_it_is() {
    let unverified = Verdict::RefusedSaying(
        400,
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in region US-EAST-1: \
         ada@example.com, invitations@acme.example",
    );
    let paused = Verdict::RefusedSaying(
        400,
        "MessageRejected",
        "Sending paused for this account. For more information, please check the inbox.",
    );
    let without_set = Verdict::Refused(400, "ConfigurationSetDoesNotExistException");
    let without_domain = Verdict::Refused(400, "MailFromDomainNotVerifiedException");
    let ses = Ses::first(&[unverified, unverified, paused, without_set, without_domain]).await;
    let from = vec![("MAIL_FROM".into(), "invitations@acme.example".into())];
    let app = App::with(Options { settings: from, ..ses.options() }).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com"})).await;
    for reason in [
        "sender_not_verified",
        "sender_not_verified",
        "sending_paused",
        "unavailable",
        "sender_not_verified",
    ] {
        eventually("the mail to wait", || async {
            let waits = app.items("invite").await[0]["outbox"]["S"] == "waiting";
            waits.then_some(())
        })
        .await;
        let delivery = alice.reads(&invited.id).await.json["delivery"].clone();
        assert_eq!((&delivery["state"], &delivery["reason"]), (&json!("queued"), &json!(reason)));
        assert_eq!(delivery["attempts"], 0);
        app.advance(900);
        app.ticks().await;
    }
    let delivery = delivered(&alice, &invited.id, "sent").await;
    assert!(delivery["reason"].is_null());
    assert_eq!((ses.asked().len(), ses.taken().len()), (6, 1));
}

#[tokio::test]
async fn a_recipient_that_the_sandbox_refuses_is_not_retried() {
    let unverified = Verdict::RefusedSaying(
        400,
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in region US-EAST-1: ada@acme.example",
    );
    let ses = Ses::always(unverified).await;
    let from = vec![("MAIL_FROM".into(), "invitations@acme.example".into())];
    let app = App::with(Options { settings: from, ..ses.options() }).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@acme.example"})).await;
    assert_eq!(delivered(&alice, &invited.id, "failed").await["reason"], "rejected");
    assert_eq!(ses.asked().len(), 1);
}

#[tokio::test]
async fn no_mail_is_sent_for_an_invite_that_ended() {
    let app = App::without_streams().await;
    let alice = app.owner().await;
    let mut records = Vec::new();
    let revoked = alice.invited(json!({"email": "revoked@example.com"})).await;
    alice.revokes(&revoked.id).await.is(200);
    let declined = alice.invited(json!({"email": "declined@example.com"})).await;
    app.nobody().declines(&declined.token).await.is(200);
    let accepted = alice.invited(json!({"email": "accepted@example.com"})).await;
    app.person("accepted").accepts(&accepted.token).await.is(200);
    let expired = alice.invited(json!({"email": "expired@example.com", "expires_in": 300})).await;
    app.advance(301);
    let pending = alice.invited(json!({"email": "pending@example.com"})).await;
    for (at, invited) in
        [&revoked, &declined, &accepted, &expired, &pending].into_iter().enumerate()
    {
        records.push(record(invited, &format!("{}00", at + 1)));
    }
    let ses = Ses::first(&[]).await;
    let response = handle(&sender(&app, &ses), event(&records)).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    assert_eq!(ses.taken(), ["pending@example.com"]);
}
