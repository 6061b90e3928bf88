//! The resolution of an invite: how it ended.

use super::State;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::text::Message;

/// The end of one generation of an invite: its cause, its time and its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The cause.
    pub end: End,
    /// When the invite ended.
    pub at: Timestamp,
    /// The user who ended the invite. `None` if it ended by time or uses, or without a sign-in.
    pub by: Option<UserId>,
}

/// The cause of an invite's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The invitee accepted and joined.
    Accepted,
    /// The invitee declined.
    Declined {
        /// The reason, if the invitee gave one.
        reason: Option<Message>,
    },
    /// The invite was withdrawn.
    Revoked,
    /// The invite's time passed.
    Expired,
    /// All uses of a counted link are taken.
    Exhausted,
}

impl Resolution {
    /// Returns the final state of this resolution.
    pub fn state(&self) -> State {
        match self.end {
            End::Accepted => State::Accepted,
            End::Declined { .. } => State::Declined,
            End::Revoked => State::Revoked,
            End::Expired => State::Expired,
            End::Exhausted => State::Exhausted,
        }
    }

    /// Returns the reason for declining. `None` if the invitee gave none or did not decline.
    pub fn decline_reason(&self) -> Option<&Message> {
        match &self.end {
            End::Declined { reason } => reason.as_ref(),
            End::Accepted | End::Revoked | End::Expired | End::Exhausted => None,
        }
    }
}
