//! Sends the mails of invites, and the mails to inviters. The event source delivers the stream records
//! of items whose `outbox` is `queued`.
//!
//! Every record of a batch is handled. A mail that SES cannot take now waits on its invite, and holds
//! up no other. Lambda redelivers only from the first record on whose outcome could not be recorded.
//! A redelivered record whose mail was sent, or waits, sends nothing.

use std::convert::Infallible;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use futures::{StreamExt, stream};
use serde_dynamo::Item;
use shared::MailService;
use shared::domain::digest::DigestId;
use shared::domain::token::TokenSubject;
use shared::engine::{Fault, Outgoing};
use shared::http::entropy;
use shared::stream::{digest_of, invite_of};

/// Maximum number of mails at the same time.
const AT_ONCE: usize = 5;

/// A mail that is due.
#[derive(Clone, PartialEq)]
enum Due {
    /// The mail of an invite.
    Invite(TokenSubject),
    /// A mail to an inviter.
    Digest(DigestId),
}

impl Due {
    /// Returns the mail that the new image of a stream record is of.
    fn of(image: Item) -> Option<Self> {
        let invite = invite_of(image.clone()).map(Self::Invite);
        invite.or_else(|| digest_of(image).map(Self::Digest))
    }

    /// Returns whether both are about the same item.
    fn is_of_same_item(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Invite(one), Self::Invite(other)) => {
                (&one.group, one.invite) == (&other.group, other.invite)
            }
            (one, other) => one == other,
        }
    }
}

/// The records of one item, in their order.
type OfOneItem = Vec<(Due, Option<String>)>;

/// Sends the mails of the batch, and reports the records that Lambda must redeliver. The response
/// reports failures, so it never returns an error.
pub async fn handle(
    service: &MailService,
    event: Event,
) -> Result<DynamoDbEventResponse, Infallible> {
    let failed: Vec<_> = stream::iter(by_item(event.records))
        .map(|records| send_in_order(service, records))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failed.into_iter().flatten().map(failure).collect();
    Ok(response)
}

/// Returns the records of each item, because two records can be about one mail.
fn by_item(records: Vec<EventRecord>) -> Vec<OfOneItem> {
    let mut all: Vec<OfOneItem> = Vec::new();
    for record in records {
        // Redelivery cannot repair a record without a readable item.
        let Some(due) = Due::of(record.change.new_image) else {
            tracing::error!(event = %record.event_name, "A stream record contains no mail");
            continue;
        };
        let is_of_this = |(other, _): &(Due, Option<String>)| other.is_of_same_item(&due);
        let known = all.iter_mut().find(|of_one| of_one.iter().any(is_of_this));
        let sequence_number = record.change.sequence_number;
        match known {
            Some(of_one) => of_one.push((due, sequence_number)),
            None => all.push(vec![(due, sequence_number)]),
        }
    }
    all
}

/// Handles the records one after the other. Returns the sequence numbers of those that failed.
async fn send_in_order(service: &MailService, records: OfOneItem) -> Vec<Option<String>> {
    let mut failed = Vec::new();
    for (due, sequence_number) in records {
        let sent = match due {
            Due::Invite(subject) => send(service, subject).await,
            Due::Digest(id) => tell(service, &id).await,
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "Failed to record the outcome of a mail; it stays queued");
            failed.push(sequence_number);
        }
    }
    failed
}

fn failure(sequence_number: Option<String>) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = sequence_number;
    failure
}

fn outgoing(service: &MailService) -> Outgoing<'_> {
    Outgoing { mailer: &service.mailer, public_url: &service.public_url, entropy: entropy() }
}

async fn tell(service: &MailService, id: &DigestId) -> Result<(), Fault> {
    let now = service.clock.now();
    // Boxed, because the compiler refuses futures that are nested too deeply.
    let outcome = Box::pin(service.engine.send_digest(&outgoing(service), id, now)).await;
    let outcome = match outcome {
        // Redelivery would meet the same item.
        Err(error) if error.is_unreadable_item() => {
            tracing::error!(skipped = "unreadable", %error, "Skipped a mail to an inviter that cannot be read");
            return Ok(());
        }
        outcome => outcome?,
    };
    tracing::info!(?outcome, "Handled a mail to an inviter");
    Ok(())
}

async fn send(service: &MailService, subject: TokenSubject) -> Result<(), Fault> {
    let now = service.clock.now();
    let outgoing = outgoing(service);
    let outcome = Box::pin(service.engine.send_invitation(&outgoing, &subject, now)).await;
    let TokenSubject { group, invite: id, .. } = subject;
    let outcome = match outcome {
        // Redelivery would meet the same item.
        Err(error) if error.is_unreadable_item() => {
            tracing::error!(skipped = "unreadable", invite.id = %id, group.id = %group, %error, "Skipped the mail of an invite that cannot be read");
            return Ok(());
        }
        outcome => outcome?,
    };
    tracing::info!(invite.id = %id, group.id = %group, ?outcome, "Handled the mail of invite {id}");
    Ok(())
}
