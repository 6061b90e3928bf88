//! The records of the table: what rules and conditions read of an item, and nothing else.

use shared::domain::role::Rank;

/// A person, by number.
pub type Person = u8;
/// The owner of the group.
pub const ALICE: Person = 0;
/// A second member, or an outsider.
pub const BOB: Person = 1;
/// The invitee.
pub const CAROL: Person = 2;
/// The number of people.
pub(super) const PEOPLE: usize = 3;

/// The number of an invite's key. The first invite is to an address of Carol, the second one to
/// another address of hers, or a link for one person.
pub type Slot = u8;
/// The number of invites.
pub(super) const INVITES: usize = 2;
/// The slot of the first invite.
pub(super) const FIRST: Slot = 0;

/// A time in seconds.
pub(super) type Seconds = u16;

/// How an invite ended. The rules do not read the reason of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Ended {
    Accepted(Person),
    Declined(Option<Person>),
    Revoked,
    Expired,
    Exhausted,
}

/// An invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct InviteRow {
    pub(super) generation: u8,
    pub(super) version: u8,
    /// `None` while the invite is stored as pending.
    pub(super) ended: Option<Ended>,
    pub(super) creator: Person,
    pub(super) granter: Person,
    pub(super) granter_rank: Rank,
    pub(super) granted_at: Seconds,
    /// When the granter's membership ends.
    pub(super) granter_until: Option<Seconds>,
    pub(super) roles: Rank,
    /// Whether the membership ends an hour after the acceptance.
    pub(super) is_temporary: bool,
    pub(super) expires_at: Option<Seconds>,
    /// The most uses of a link. `None` for an invite of one person.
    pub(super) max_uses: Option<u8>,
    pub(super) uses: u8,
}

impl InviteRow {
    pub(super) fn is_link(&self) -> bool {
        self.max_uses.is_some()
    }

    /// Returns whether the invite is stored as pending, or as declined without a sign-in.
    pub(super) fn is_awaiting(&self) -> bool {
        !self.has_final_end()
    }

    /// Returns whether a resolution is stored that no later write may change.
    pub(super) fn has_final_end(&self) -> bool {
        !matches!(self.ended, None | Some(Ended::Declined(None)))
    }
}

/// A membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct MemberRow {
    pub(super) rank: Rank,
    pub(super) joined_at: Seconds,
    /// The invite that was accepted, and its generation. The generation is not stored in the table;
    /// only the properties read it.
    pub(super) by: Option<(Slot, u8)>,
    pub(super) ends_at: Option<Seconds>,
}

impl MemberRow {
    pub(super) fn is_owner(&self) -> bool {
        self.rank == Rank::Owner
    }
}

/// The group, or its tombstone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct GroupRow {
    /// The person who deleted the group. Then this is its tombstone.
    pub(super) deleted_by: Option<Person>,
    pub(super) version: u8,
    pub(super) is_frozen: bool,
    pub(super) owners: u8,
    /// The members, if they are counted because the group has a limit of two.
    pub(super) seats: Option<u8>,
    pub(super) authority_changed_at: Option<Seconds>,
}

impl GroupRow {
    pub(super) fn is_deleted(&self) -> bool {
        self.deleted_by.is_some()
    }
}

/// The most members of a group that counts them.
pub(super) const SEATS: u8 = 2;
