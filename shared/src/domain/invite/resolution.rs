//! How an invite ended.

use super::State;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::text::Message;

/// The end of an invite's generation: what happened, when, and who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What happened.
    pub end: End,
    /// When it happened.
    pub at: Timestamp,
    /// The user who did it. `None` where time did it, or somebody who was not signed in.
    pub by: Option<UserId>,
}

/// What ended an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The invitee joined.
    Accepted,
    /// The invitee said no, perhaps with a reason.
    Declined {
        /// The invitee's own words.
        reason: Option<Message>,
    },
    /// The group withdrew it.
    Revoked,
    /// Its time ran out.
    Expired,
    /// All uses of a counted link are taken.
    Exhausted,
}

impl Resolution {
    /// Returns the final state that this resolution leads to.
    pub fn state(&self) -> State {
        match self.end {
            End::Accepted => State::Accepted,
            End::Declined { .. } => State::Declined,
            End::Revoked => State::Revoked,
            End::Expired => State::Expired,
            End::Exhausted => State::Exhausted,
        }
    }

    /// Returns the invitee's reason for declining, if they gave one.
    pub fn decline_reason(&self) -> Option<&Message> {
        match &self.end {
            End::Declined { reason } => reason.as_ref(),
            End::Accepted | End::Revoked | End::Expired | End::Exhausted => None,
        }
    }
}
