//! Webhooks: in order, signed at each try, tried again, and given up at last.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use beckon::{Function, Options, Trigger};
use harness::{App, Received, Receiver, eventually};
use serde_json::{Value, json};
use shared::WebhookService;
use shared::config::settings;

/// Longer than every pause between two tries, in seconds.
const LONG: i64 = 8 * 3_600;

/// Returns the signature of the webhook by this secret.
fn signature(secret: &str, webhook: &Received) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = format!("{}.{}.{}", webhook.id, webhook.timestamp, webhook.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

/// Returns the webhooks about this invite.
fn about(webhooks: Vec<Received>, invite: &str) -> Vec<Received> {
    let subject = format!("groups/3773/invites/{invite}");
    webhooks.into_iter().filter(|webhook| webhook.event["subject"] == subject.as_str()).collect()
}

fn kinds(webhooks: &[Received]) -> Vec<&str> {
    webhooks.iter().map(|webhook| webhook.event["type"].as_str().unwrap()).collect()
}

/// Waits until this number of webhooks about the invite was taken. `between` seconds pass at each
/// look.
async fn taken(
    app: &App,
    receiver: &Receiver,
    invite: &str,
    count: usize,
    between: i64,
) -> Vec<Received> {
    eventually(&format!("{count} webhooks"), || async {
        app.advance(between);
        let taken = about(receiver.taken(), invite);
        (taken.len() >= count).then_some(taken)
    })
    .await
}

/// Returns the queue of webhooks.
async fn queue(app: &App) -> Value {
    app.nobody().gets("/local/queues").await.is(200).json["Webhooks"].clone()
}

#[tokio::test]
async fn webhooks_arrive_in_order_and_signed() {
    let receiver = Receiver::first(&[]).await;
    let app = App::with(receiver.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    let change = json!({"roles": ["admin"]});
    alice.patches(&format!("/v1/groups/3773/invites/{}", invited.id), &change).await.is(200);
    app.person("ada").accepts(&invited.token).await.is(200);
    let webhooks = taken(&app, &receiver, &invited.id, 3, 0).await;
    assert_eq!(kinds(&webhooks), ["invite.created", "invite.changed", "invite.accepted"]);
    let secret = app.setting(settings::WEBHOOK_SECRETS);
    for webhook in &webhooks {
        assert_eq!(webhook.signature, signature(secret, webhook));
        assert_eq!(webhook.event["id"], webhook.id.as_str());
        assert!(!webhook.body.contains(&invited.token) && !webhook.body.contains("ada@"));
    }
    eventually("an empty queue", || async { (queue(&app).await["messages"] == 0).then_some(()) })
        .await;
    assert_eq!(about(receiver.received(), &invited.id).len(), 3, "each arrives once");
}

#[tokio::test]
async fn two_secrets_give_two_signatures() {
    let receiver = Receiver::first(&[]).await;
    let (new, old) =
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let secrets = (settings::WEBHOOK_SECRETS.name().to_owned(), format!("{new} {old}"));
    let app = App::with(Options { settings: vec![secrets], ..receiver.options() }).await;
    app.owner().await;
    let webhook = eventually("a webhook", || async { receiver.taken().into_iter().next() }).await;
    let both = format!("{} {}", signature(new, &webhook), signature(old, &webhook));
    assert_eq!(webhook.signature, both);
}

#[tokio::test]
async fn a_receiver_that_fails_gets_the_same_webhook_again_before_the_next() {
    let receiver = Receiver::first(&[500, 302, 410, 404]).await;
    let app = App::with(receiver.options()).await;
    let secret = app.setting(settings::WEBHOOK_SECRETS).to_owned();
    app.owner().await;
    let first =
        eventually("the first try", || async { receiver.received().into_iter().next() }).await;
    let tries = eventually("a try that is taken", || async {
        app.advance(600);
        let received = receiver.received().into_iter();
        let tries: Vec<Received> = received.filter(|webhook| webhook.id == first.id).collect();
        tries.iter().any(|webhook| webhook.status == 204).then_some(tries)
    })
    .await;
    assert!(tries.len() >= 2);
    for pair in tries.windows(2) {
        assert_eq!(pair[0].body, pair[1].body);
        assert!(pair[0].timestamp < pair[1].timestamp && pair[0].signature != pair[1].signature);
        assert!(pair[1].signature == signature(&secret, &pair[1]));
    }
    for webhook in receiver.received() {
        assert_eq!(webhook.request, "POST /webhooks?from=beckon", "a redirect is not followed");
        assert_eq!(webhook.content_type, "application/json");
    }
}

#[tokio::test]
async fn a_webhook_is_given_up_after_ten_tries_and_the_next_follows() {
    let receiver = Receiver::always(503).await;
    let app = App::with(receiver.options()).await;
    let alice = app.owner().await;
    let invited = alice.invited(json!({"email": "ada@example.com", "notify": false})).await;
    alice.revokes(&invited.id).await.is(200);
    let tries = eventually("a try of the second event", || async {
        app.advance(LONG);
        let tries = about(receiver.received(), &invited.id);
        (tries.len() >= 11).then_some(tries)
    })
    .await;
    assert_eq!(kinds(&tries[..11]), [vec!["invite.created"; 10], vec!["invite.revoked"]].concat());
    let queue = queue(&app).await;
    let given_up = queue["given_up"].as_array().unwrap();
    let own = given_up.iter().find(|message| message["deduplication_id"] == tries[0].id.as_str());
    let own = own.unwrap_or_else(|| panic!("{queue}"));
    assert_eq!((&own["receives"], &own["body"]), (&json!(10), &json!(tries[0].body)));
}

/// Returns a message as Lambda gets it.
fn message(id: &str, group: &str) -> Value {
    json!({
        "messageId": id, "receiptHandle": format!("receipt-{id}"), "body": format!("{{\"id\": \"{id}\"}}"),
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": group, "MessageDeduplicationId": id},
    })
}

#[tokio::test]
async fn a_failure_holds_back_the_later_webhooks_of_its_group_only() {
    let receiver = Receiver::first(&[500]).await;
    let app = App::with(receiver.options()).await;
    let service =
        WebhookService::start(&app.running.environment, app.running.clock.clone()).unwrap();
    let Some(Trigger::Queue(handle)) =
        Function::of_package("background-deliver-webhook").map(|function| function.trigger)
    else {
        panic!("a queue starts the function")
    };
    let records = [message("a", "g"), message("b", "g"), message("c", "h")];
    let event = serde_json::from_value(json!({ "Records": records })).unwrap();
    let response = handle(&service, event).await.unwrap();
    let response = serde_json::to_value(response).unwrap();
    assert_eq!(
        response,
        json!({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]})
    );
    let received = receiver.received();
    let ids: Vec<&str> = received.iter().map(|webhook| webhook.id.as_str()).collect();
    assert_eq!(ids, ["a", "c"]);
}
