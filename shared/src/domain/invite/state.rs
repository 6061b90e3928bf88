//! The states of an invite.

use serde::{Deserialize, Serialize};

/// The state of an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The invitee has not answered, and the invite has not ended.
    Pending,
    /// The invitee joined.
    Accepted,
    /// The invitee said no.
    Declined,
    /// The group withdrew it.
    Revoked,
    /// Its time ran out.
    Expired,
    /// A link whose uses are all taken.
    Exhausted,
}

impl State {
    /// Every state, in the order in which lists show them.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Accepted,
        Self::Declined,
        Self::Revoked,
        Self::Expired,
        Self::Exhausted,
    ];

    /// Returns the word for the state, in the API and in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
        }
    }

    /// Returns the state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether the generation has ended: only a new invite leads on from here.
    pub fn is_final(self) -> bool {
        match self {
            Self::Pending => false,
            Self::Accepted | Self::Declined | Self::Revoked | Self::Expired | Self::Exhausted => {
                true
            }
        }
    }
}
