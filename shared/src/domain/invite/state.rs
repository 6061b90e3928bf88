//! The states of an invite.

use serde::{Deserialize, Serialize};

/// Declares the states with their names, the only list of them.
macro_rules! states {
    ($($(#[$doc:meta])+ $state:ident = $name:literal),+ $(,)?) => {
        /// The state of an invite.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum State {
            $($(#[$doc])+ #[serde(rename = $name)] $state),+
        }

        impl State {
            /// Every state, in the order in which lists show them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$state),+];

            /// Returns the state's name in the API and in keys.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$state => $name),+
                }
            }
        }
    };
}

states! {
    /// The invitee has not answered, and the invite has not ended.
    Pending = "pending",
    /// The invitee accepted and joined.
    Accepted = "accepted",
    /// The invitee declined.
    Declined = "declined",
    /// The invite was withdrawn.
    Revoked = "revoked",
    /// The invite's time passed.
    Expired = "expired",
    /// All uses of a counted link are taken.
    Exhausted = "exhausted",
}

impl State {
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
