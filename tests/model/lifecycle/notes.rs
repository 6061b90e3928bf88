//! What the properties have to remember of the past. The service stores none of it.

use super::rows::{INVITES, MemberRow, Slot};

/// A rule that a write broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// A write changed a final state.
    FinalChanged,
    /// A new invite took the place of one that its request had not read.
    GenerationTwice,
    /// A token of one generation accepted another.
    OtherGeneration,
    /// A membership has other roles or another end than its invite granted at that moment.
    OtherGrant,
    /// A person joined who was a member already.
    SecondMembership,
    /// An acceptance committed after the acknowledged removal or demotion of its granter.
    AfterLoss,
    /// An administrative act committed after its actor had lost the right.
    WithoutRight,
    /// A change of a link lost a use that had been counted.
    UseLost,
    /// The documented race: an acceptance that had read the group before its granter's removal, of an
    /// invite that the index did not show to the removal.
    Overtaken,
}

/// The notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Notes {
    breaches: u16,
    /// The removals and demotions so far.
    pub(super) losses: u8,
    /// The invites that an index may not show yet.
    pub(super) fresh: [bool; INVITES],
    /// The invites whose granter's loss of the right is acknowledged, each with the number of losses
    /// at that time.
    pub(super) barred: [Option<u8>; INVITES],
    /// How many people joined by this generation.
    pub(super) joins: [u8; INVITES],
    /// Whether a person who had joined by this generation left.
    pub(super) left: [bool; INVITES],
}

impl Notes {
    pub(super) fn breaks(&mut self, rule: Breach) {
        self.breaches |= 1 << rule as u16;
    }

    pub(super) fn has(&self, rule: Breach) -> bool {
        self.breaches & (1 << rule as u16) != 0
    }

    /// A new generation of the invite begins.
    pub(super) fn begins(&mut self, slot: Slot) {
        let slot = usize::from(slot);
        (self.fresh[slot], self.barred[slot]) = (true, None);
        (self.joins[slot], self.left[slot]) = (0, false);
    }

    /// The invite has other terms and another granter.
    pub(super) fn rewrites(&mut self, slot: Slot) {
        let slot = usize::from(slot);
        (self.fresh[slot], self.barred[slot]) = (true, None);
    }

    /// A member leaves.
    pub(super) fn leaves(&mut self, member: &MemberRow) {
        if let Some((slot, _)) = member.by {
            self.left[usize::from(slot)] = true;
        }
    }
}
