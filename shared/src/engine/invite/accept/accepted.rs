//! The outcome of an acceptance.

use crate::domain::group::Group;
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::engine::present::Present;

/// An accepted invite, and the membership.
#[derive(Debug)]
pub struct Accepted {
    /// The invite after the acceptance.
    pub invite: Invite,
    /// The membership.
    pub member: Member,
    /// Whether the caller had accepted this invite before, so that nothing changed.
    pub repeated: bool,
    /// The group, the membership, and the granter's if the acceptance read it. It reads no other
    /// record, so the inviter's name is the one on the invite.
    pub present: Present,
}

impl Accepted {
    /// Returns an acceptance, with the records of the group that are known so far.
    pub(super) fn new(invite: Invite, member: Member, repeated: bool) -> Self {
        let present = Present::default().with_member(&member);
        Self { invite, member, repeated, present }
    }

    /// Adds the granter's membership, if it was read.
    #[must_use]
    pub(super) fn granted_by(mut self, granter: Option<&Member>) -> Self {
        if let Some(granter) = granter {
            self.present = self.present.with_member(granter);
        }
        self
    }

    /// Adds the group as it was read.
    #[must_use]
    pub(super) fn in_group(mut self, group: Option<&Group>) -> Self {
        if let Some(group) = group {
            self.present = self.present.with_group(group);
        }
        self
    }
}
