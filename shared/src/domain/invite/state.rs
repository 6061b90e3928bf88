//! The states of an invite.

use serde::{Deserialize, Serialize};

/// The state of an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The invitee has not answered, and the invite has not ended.
    Pending,
    /// The invitee accepted and joined.
    Accepted,
    /// The invitee declined.
    Declined,
    /// The invite was withdrawn.
    Revoked,
    /// The invite's time passed.
    Expired,
    /// All uses of a counted link are taken.
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

    /// Returns the state's name in the API and in keys.
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

    /// Returns the state with this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Returns whether the state is final for its generation.
    pub fn is_final(self) -> bool {
        match self {
            Self::Pending => false,
            Self::Accepted | Self::Declined | Self::Revoked | Self::Expired | Self::Exhausted => {
                true
            }
        }
    }
}
