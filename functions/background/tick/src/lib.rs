//! Makes what is due by the clock, every minute: writes the expiries of invites whose time has passed,
//! queues mails again, asks for reminders, removes the memberships that have ended, and the personal
//! data of invites that ended long ago.
//!
//! A run that ends early leaves the rest to the next one. A run in which something fails makes
//! everything else first. Two runs at once do no harm.

use shared::engine::{Fault, Ticked};
use shared::{ScheduledEvent, StreamService};

/// Handles one event of the schedule. Returns what was done.
///
/// # Errors
/// `Fault`, which Lambda counts as an error of the function.
pub async fn handle(service: &StreamService, event: ScheduledEvent) -> Result<Ticked, Fault> {
    let ticked = service.engine.tick(service.clock.now()).await;
    match &ticked {
        Ok(Ticked { expired: 0, mails: 0, memberships: 0, anonymized: 0, complete: true }) => {}
        Ok(Ticked { expired, mails, memberships, anonymized, complete: true }) => {
            tracing::info!(expired, mails, memberships, anonymized, "Made what was due");
        }
        Ok(Ticked { expired, mails, memberships, anonymized, complete: false }) => {
            tracing::warn!(
                expired,
                mails,
                memberships,
                anonymized,
                "More is due than one run handles; the next continues"
            );
        }
        Err(error) => {
            tracing::error!(%error, schedule = ?event.resources, "Failed to make what is due");
        }
    }
    ticked
}
