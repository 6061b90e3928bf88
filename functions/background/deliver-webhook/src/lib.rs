//! Posts events to the receiver of webhooks. The queue of webhooks starts the function, with one
//! message at a time (docs/events.md#webhooks).
//!
//! A webhook that the receiver does not take stays in the queue, and is tried again after a pause
//! that grows with each try. Meanwhile the later messages of its group wait, so that their order
//! stays. After the last try SQS moves it to the queue of failed webhooks.

use std::collections::BTreeSet;
use std::convert::Infallible;

use shared::{QueueEvent, QueueFailure, QueueMessage, QueueResponse, WebhookService};

/// Posts the batch's webhooks in their order, and reports those that stay in the queue. After a
/// failure the later ones of its group are not tried. The response reports failures, so it never
/// returns an error.
pub async fn handle(
    service: &WebhookService,
    event: QueueEvent,
) -> Result<QueueResponse, Infallible> {
    let mut response = QueueResponse::default();
    let mut failed_groups = BTreeSet::new();
    for message in event.records {
        let group = &message.attributes.message_group_id;
        if failed_groups.contains(group) || !deliver(service, &message).await {
            failed_groups.insert(group.clone());
            let failure = QueueFailure { item_identifier: message.message_id };
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}

/// Posts the webhook, or puts it off. Returns whether the receiver took it.
async fn deliver(service: &WebhookService, message: &QueueMessage) -> bool {
    let id = &message.attributes.message_deduplication_id;
    let tries = message.attributes.approximate_receive_count;
    match service.webhook.post(id, &message.body, service.clock.now()).await {
        Ok(()) => {
            tracing::info!(event.id = id, tries, "Delivered a webhook");
            return true;
        }
        Err(error) => {
            tracing::warn!(event.id = id, tries, %error, "A webhook was not delivered; it is tried again");
        }
    }
    if let Err(error) = service.webhook.put_off(&message.receipt_handle, tries).await {
        tracing::warn!(
            event.id = id,
            error,
            "A webhook could not be put off; it is tried again after the queue's own time"
        );
    }
    false
}
