//! Sends the mails of invites. The event source delivers the stream records of invites whose
//! `outbox` is `queued`.
//!
//! The records of a batch are handled in order, and the first temporary failure ends the batch.
//! Lambda then redelivers that record and those after it. A redelivered record whose mail was
//! already sent sends no second mail.

use std::convert::Infallible;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use shared::MailService;
use shared::domain::token::TokenSubject;
use shared::engine::Fault;
use shared::stream::invite_of;

/// Sends the mails of the batch, and reports the first record that Lambda must redeliver. The
/// response reports failures, so it never returns an error.
pub async fn handle(
    service: &MailService,
    event: Event,
) -> Result<DynamoDbEventResponse, Infallible> {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let sequence_number = record.change.sequence_number.clone();
        if let Err(error) = send(service, &record).await {
            tracing::warn!(%error, "Failed to send a mail; it stays queued");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = sequence_number;
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

async fn send(service: &MailService, record: &EventRecord) -> Result<(), Fault> {
    // Redelivery cannot repair a record without a readable invite.
    let Some(subject) = invite_of(record.change.new_image.clone()) else {
        tracing::error!(event = %record.event_name, "A stream record contains no invite");
        return Ok(());
    };
    let now = service.clock.now();
    let outcome =
        service.engine.send_invitation(&service.mailer, &service.public_url, &subject, now).await?;
    let TokenSubject { group, invite: id, .. } = subject;
    tracing::info!(invite.id = %id, group.id = %group, ?outcome, "Handled the mail of invite {id}");
    Ok(())
}
