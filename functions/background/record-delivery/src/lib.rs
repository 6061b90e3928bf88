//! Records what SES reports about mails. SES publishes its events to a topic, which starts the
//! function.
//!
//! Every report of an invocation is handled. A report that is not about a mail of Beckon is skipped,
//! because a repetition cannot repair it. If one could not be recorded, the invocation fails at its
//! end, and Lambda repeats it. A repeated report changes nothing.

mod report;

use serde_json::Value;
use shared::StreamService;
use shared::domain::invite::MailEvent;
use shared::engine::Fault;

use report::{Skipped, reports};

/// Records the reports of the event.
///
/// # Errors
/// The first `Fault`. Lambda then invokes the function with the event again.
pub async fn handle(service: &StreamService, event: Value) -> Result<(), Fault> {
    let mut outcome = Ok(());
    for report in reports(&event) {
        let recorded = match report {
            Ok(report) => record(service, &report).await,
            // SES reports more than the states of a mail.
            Err(Skipped::OtherKind) => Ok(()),
            Err(reason) => {
                tracing::warn!(?reason, "Skipped a report of SES");
                Ok(())
            }
        };
        outcome = outcome.and(recorded);
    }
    outcome
}

async fn record(service: &StreamService, event: &MailEvent) -> Result<(), Fault> {
    // Boxed, because the compiler refuses futures that are nested too deeply.
    let recorded = Box::pin(service.engine.record_feedback(event, service.clock.now())).await;
    let (id, group, feedback) = (event.subject.invite, &event.subject.group, event.feedback);
    match recorded {
        Ok(reported) => {
            tracing::info!(invite.id = %id, group.id = %group, ?feedback, ?reported, "Handled a report about the mail of invite {id}");
            Ok(())
        }
        // A repetition would meet the same item.
        Err(error) if error.is_unreadable_item() => {
            tracing::error!(skipped = "unreadable", invite.id = %id, group.id = %group, %error, "Skipped a report about an invite that cannot be read");
            Ok(())
        }
        Err(error) => {
            tracing::warn!(invite.id = %id, group.id = %group, %error, "Failed to record a report of SES; it is repeated");
            Err(error)
        }
    }
}
