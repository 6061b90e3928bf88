//! The author of a change.

use serde::{Deserialize, Serialize};

use super::ids::UserId;

/// The author of a change, as the audit trail names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person.
    User(UserId),
    /// An app that acts for a group without an owner.
    App(UserId),
    /// The service itself: the clock, the mail, or a consequence of another change.
    System,
}

impl Author {
    /// Returns the id of the person or app. `None` for the service itself.
    pub fn id(&self) -> Option<&UserId> {
        match self {
            Self::User(id) | Self::App(id) => Some(id),
            Self::System => None,
        }
    }
}
