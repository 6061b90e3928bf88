//! Recording what SES reports about mails.

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, MailEvent, Suppression};
use crate::engine::attempt::ATTEMPTS;
use crate::engine::{Engine, Fault, Unavailable};

/// The outcome of an event of SES.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// The invite has a new delivery state.
    Recorded,
    /// The invite is unchanged: the event is about another mail, repeated, or less certain than what
    /// is known.
    Unchanged,
}

impl Engine {
    /// Records an event of SES: suppresses the addresses that bounced for good or complained, and
    /// then writes the state of the mail on its invite.
    ///
    /// Repeated events, and events in any order, end in the same state. The address is suppressed also
    /// if the invite has changed, because its mails would meet the same end.
    ///
    /// # Errors
    /// `Fault` if a part could not be recorded. The event can be handled again.
    pub async fn record_feedback(
        &self,
        event: &MailEvent,
        now: Timestamp,
    ) -> Result<Reported, Fault> {
        if let Some(reason) = event.feedback.suppresses() {
            for address in &event.recipients {
                let suppression = Suppression { reason, created_at: now };
                self.store.put_suppression(address, suppression).await?;
            }
        }
        let (group, id) = (&event.subject.group, event.subject.invite);
        for _ in 0..ATTEMPTS {
            let invite: Option<Invite> = self.store.invite(group, id).await?;
            let invite = invite.filter(|invite| invite.generation == event.subject.generation);
            let Some(invite) = invite else { return Ok(Reported::Unchanged) };
            let mail = (event.message_id.as_str(), event.request);
            let Some(delivery) = invite.delivery.reported(mail, event.feedback, now) else {
                return Ok(Reported::Unchanged);
            };
            if self.store.write_delivery(&invite, &delivery, now).await? {
                return Ok(Reported::Recorded);
            }
        }
        Err(Unavailable::Conflicts("invite").into())
    }
}
