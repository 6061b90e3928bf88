//! Sends the mails that invites ask for: the table's stream brings every invite whose `outbox` is
//! `queued` (the event source's filter).
//!
//! Records of a batch are sent in order. At the first that fails for now the batch ends there:
//! Lambda brings it and all behind it again. A record that was sent before is found no longer due,
//! so the same record twice sends one mail.

use std::convert::Infallible;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use shared::MailService;
use shared::domain::counters::Generation;
use shared::domain::ids::{GroupId, InviteId};

/// Sends what the batch asks for; names the first record that has to come again.
///
/// # Errors
/// None: failures are in the answer.
pub async fn handle(
    service: &MailService,
    event: Event,
) -> Result<DynamoDbEventResponse, Infallible> {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let sequence_number = record.change.sequence_number.clone();
        if let Err(error) = send(service, &record).await {
            tracing::warn!(?error, "Could not send a mail; it stays queued");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = sequence_number;
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

async fn send(service: &MailService, record: &EventRecord) -> Result<(), shared::engine::Refusal> {
    // A record without a readable invite will not get one by coming again.
    let Some((group, id, generation)) = subject(record) else {
        tracing::error!(event = %record.event_name, "A stream record names no invite");
        return Ok(());
    };
    let now = service.clock.now();
    let outcome = service
        .engine
        .send_invitation(&service.mailer, &service.public_url, (&group, id, generation), now)
        .await?;
    tracing::info!(invite.id = %id, group.id = %group, ?outcome, "Handled the mail of invite {id}");
    Ok(())
}

/// The generation of an invite that the record's new image is of.
fn subject(record: &EventRecord) -> Option<(GroupId, InviteId, Generation)> {
    #[derive(serde::Deserialize)]
    struct Image {
        group: String,
        id: u64,
        generation: Generation,
    }
    let image: Image = serde_dynamo::from_item(record.change.new_image.clone()).ok()?;
    Some((
        GroupId::parse(&image.group).ok()?,
        InviteId::from_number(image.id).ok()?,
        image.generation,
    ))
}
