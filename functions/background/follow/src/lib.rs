//! Writes the audit trail, makes the consequences of changes, collects the news for inviters, and
//! publishes events. The consequences end the invites and memberships that a change has taken the
//! ground from. The event source delivers the stream records of invites, memberships and groups, and
//! of users who may refuse invites.
//!
//! The events of a batch are written first, all together. One batch of reads tells which changes have
//! no consequences. Then the records are handled in order, and the first that fails or has more to do
//! ends the batch. Lambda redelivers that record and those after it. Handling a record again changes
//! nothing that is done. At the end the events of the handled records are published, and if that fails
//! the whole batch is redelivered: an event is published at least once, always with the same id.

use std::convert::Infallible;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use shared::FollowService;
use shared::domain::change::ChangeRecord;
use shared::domain::event;
use shared::engine::{Fault, Progress};
use shared::stream::change_record_of;
use tracing::field::display;

/// A record of the batch, and what it tells.
struct Received {
    sequence_number: Option<String>,
    record: ChangeRecord,
}

/// Handles the batch, and reports the first record that Lambda must redeliver. The response reports
/// failures, so it never returns an error.
pub async fn handle(
    service: &FollowService,
    event: Event,
) -> Result<DynamoDbEventResponse, Infallible> {
    let received: Vec<Received> = event.records.into_iter().map(received).collect();
    if let Err(error) = record_events(service, &received).await {
        tracing::warn!(%error, "Failed to write the events of a batch; it is redelivered");
        return Ok(failed_from(received.first()));
    }
    let unfinished = make_consequences(service, &received).await;
    let handled = unfinished.map_or(received.len(), |at| at + 1);
    let events = received[..handled].iter().filter_map(|one| one.record.event.clone());
    if let Err(error) = service.publisher.publish(&events.collect::<Vec<_>>()).await {
        tracing::warn!(%error, "Failed to publish the events of a batch; it is redelivered");
        return Ok(failed_from(received.first()));
    }
    Ok(failed_from(unfinished.and_then(|at| received.get(at))))
}

/// Handles the records in their order. Returns the place of the first that Lambda must redeliver.
async fn make_consequences(service: &FollowService, received: &[Received]) -> Option<usize> {
    let changes: Vec<_> = received.iter().map(|one| one.record.change.as_ref()).collect();
    let settled = service.engine.are_settled(&changes, service.clock.now()).await;
    let settled = settled.unwrap_or_else(|error| {
        tracing::warn!(%error, "Could not read a batch's invites at once; they are read one by one");
        vec![false; received.len()]
    });
    for (at, (one, is_settled)) in received.iter().zip(settled).enumerate() {
        match follow(service, &one.record, is_settled).await {
            Ok(Progress::Done) => continue,
            Ok(Progress::More) => {
                tracing::info!("A change has more consequences; it is redelivered");
            }
            Err(error) => {
                tracing::warn!(%error, "Failed to follow a change; it is redelivered");
            }
        }
        return Some(at);
    }
    None
}

fn received(record: EventRecord) -> Received {
    let (name, change) = (record.event_name, record.change);
    let sequence_number = change.sequence_number;
    let mark = sequence_number.as_deref().unwrap_or_default();
    let record = change_record_of(change.old_image, change.new_image, mark);
    // Redelivery cannot repair a record without readable images.
    let record = record.unwrap_or_else(|error| {
        tracing::error!(skipped = "unreadable", event = %name, %error, "A stream record cannot be read");
        ChangeRecord::default()
    });
    Received { sequence_number, record }
}

/// Writes the events that are not in the audit trail yet.
async fn record_events(service: &FollowService, received: &[Received]) -> Result<(), Fault> {
    let new = received.iter().filter(|one| !one.record.is_recorded);
    let events: Vec<event::Event> = new.filter_map(|one| one.record.event.clone()).collect();
    service.engine.record_events(&events).await
}

async fn follow(
    service: &FollowService,
    record: &ChangeRecord,
    is_settled: bool,
) -> Result<Progress, Fault> {
    let now = service.clock.now();
    if let Some((inviter, news)) = &record.news {
        let told = service.engine.tell_inviter(inviter, news, now).await;
        readable(told, record, "Skipped news for an inviter")?;
    }
    let Some(change) = record.change.as_ref().filter(|_| !is_settled) else {
        return Ok(Progress::Done);
    };
    let followed = service.engine.follow(change, now).await;
    let followed = readable(followed, record, "Skipped the consequences of a change")?;
    Ok(followed.unwrap_or(Progress::Done))
}

/// Returns what was done. `None` if an item cannot be read, because redelivery would meet the same
/// item, and would hold up the records behind. The log then has `message`.
fn readable<T>(
    done: Result<T, Fault>,
    record: &ChangeRecord,
    message: &'static str,
) -> Result<Option<T>, Fault> {
    match done {
        Err(error) if error.is_unreadable_item() => {
            let group = record.event.as_ref().map(|event| display(&event.group));
            let invite = record.event.as_ref().and_then(|event| event.invite).map(display);
            tracing::error!(skipped = "unreadable", invite.id = invite, group.id = group, %error, "{message}");
            Ok(None)
        }
        done => done.map(Some),
    }
}

/// Returns the response after which Lambda redelivers this record and those after it. `None` redelivers
/// nothing.
fn failed_from(first: Option<&Received>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures.extend(first.map(|one| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = one.sequence_number.clone();
        failure
    }));
    response
}
