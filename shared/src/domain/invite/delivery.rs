//! The delivery of an invite's mail.

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;

/// The state of the last mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// No mail was requested.
    NotRequested,
    /// A mail is due.
    Queued,
    /// SES accepted the mail.
    Sent,
    /// The mail arrived.
    Delivered,
    /// The mail bounced.
    Bounced,
    /// The recipient complained about the mail.
    Complained,
    /// SES refused the mail permanently.
    Failed,
    /// The mail was not sent, because the recipient has had enough mail or refuses it.
    Suppressed,
}

/// The mails of one generation of an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The state of the last mail.
    pub state: DeliveryState,
    /// The number of mails that SES accepted or permanently refused.
    pub attempts: u32,
    /// When the state last changed. `None` before the first mail was requested.
    pub updated_at: Option<Timestamp>,
    /// The reason for the state, in one word.
    pub reason: Option<String>,
    /// The number of mails that were requested.
    pub requested: u32,
    /// When SES last accepted a mail.
    pub last_sent_at: Option<Timestamp>,
}

impl Delivery {
    /// The delivery of an invite without a mail.
    pub const NOT_REQUESTED: Self = Self {
        state: DeliveryState::NotRequested,
        attempts: 0,
        updated_at: None,
        reason: None,
        requested: 0,
        last_sent_at: None,
    };

    /// Returns whether a mail is due.
    pub fn is_due(&self) -> bool {
        self.state == DeliveryState::Queued
    }

    /// Returns the delivery with one more mail requested at `now`.
    #[must_use]
    pub fn requested_again(&self, now: Timestamp) -> Self {
        Self {
            state: DeliveryState::Queued,
            updated_at: Some(now),
            reason: None,
            requested: self.requested + 1,
            ..self.clone()
        }
    }

    /// Returns the delivery after the mail that was due reached `state` at `now`, with `reason`.
    #[must_use]
    pub fn moved_to(&self, state: DeliveryState, reason: Option<&str>, now: Timestamp) -> Self {
        let asked_ses = matches!(state, DeliveryState::Sent | DeliveryState::Failed);
        let sent = state == DeliveryState::Sent;
        Self {
            state,
            attempts: self.attempts + u32::from(asked_ses),
            updated_at: Some(now),
            reason: reason.map(str::to_owned),
            requested: self.requested,
            last_sent_at: if sent { Some(now) } else { self.last_sent_at },
        }
    }
}
