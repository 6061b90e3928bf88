//! The outcome of an acceptance.

use crate::domain::invite::Invite;
use crate::domain::member::Member;

/// An accepted invite, and the membership.
#[derive(Debug)]
pub struct Accepted {
    /// The invite after the acceptance.
    pub invite: Invite,
    /// The membership.
    pub member: Member,
    /// Whether the caller had accepted this invite before, so that nothing changed.
    pub repeated: bool,
}
