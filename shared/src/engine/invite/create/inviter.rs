//! The inviter's record in the directory, as far as a request has read it.

use crate::domain::user::User;

/// The inviter's record in the directory, which has the inviter's name.
#[derive(Clone, Debug)]
pub(super) enum InviterRecord {
    /// The first round trip reads it.
    Unread,
    /// It was read before. `None` if there is none.
    Read(Option<Box<User>>),
}

impl InviterRecord {
    /// Returns the record, if it was read and there is one.
    pub(super) fn user(&self) -> Option<&User> {
        match self {
            Self::Unread => None,
            Self::Read(user) => user.as_deref(),
        }
    }
}
