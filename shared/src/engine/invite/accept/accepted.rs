//! The outcome of an acceptance.

use crate::domain::invite::Invite;
use crate::domain::member::Member;

/// An acceptance.
#[derive(Debug)]
pub struct Accepted {
    /// The invite as it is now.
    pub invite: Invite,
    /// The membership.
    pub member: Member,
    /// Whether the same person had joined by this invite before, so that nothing changed now.
    pub repeated: bool,
}
