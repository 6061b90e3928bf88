//! The table's stream: the changes that start `background-follow`. Each record is delivered at least
//! once, at any later time, and in the order of its item.

use super::rows::{INVITES, PEOPLE, Person, Slot};

/// A change that has consequences, as the filters of the event source select it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Change {
    /// A pending invite of this generation was written.
    InvitePending(u8),
    /// The person became a member.
    Joined,
    /// The member was removed, or lost a right.
    Lost,
    /// The group was deleted.
    Deleted,
}

/// An item of the table that has records in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Item {
    Group,
    Member(Person),
    Invite(Slot),
}

const ITEMS: usize = 1 + PEOPLE + INVITES;

impl Item {
    /// Every item.
    pub(super) const ALL: [Self; ITEMS] = [
        Self::Group,
        Self::Member(0),
        Self::Member(1),
        Self::Member(2),
        Self::Invite(0),
        Self::Invite(1),
    ];

    fn place(self) -> usize {
        match self {
            Self::Group => 0,
            Self::Member(person) => 1 + usize::from(person),
            Self::Invite(slot) => 1 + PEOPLE + usize::from(slot),
        }
    }
}

/// The records that no run has taken yet, by item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stream([Vec<Change>; ITEMS]);

impl Stream {
    /// Adds a record. The same record twice in a row is one that is delivered twice.
    pub(super) fn push(&mut self, item: Item, change: Change) {
        let queue = &mut self.0[item.place()];
        if queue.last() != Some(&change) {
            queue.push(change);
        }
    }

    /// Returns the next record of the item.
    pub(super) fn next(&self, item: Item) -> Option<Change> {
        self.0[item.place()].first().copied()
    }

    /// Takes the next record of the item. A run of the function handles it.
    pub(super) fn take(&mut self, item: Item) {
        self.0[item.place()].remove(0);
    }

    /// Puts the record back, because its run crashed. It is delivered again.
    pub(super) fn put_back(&mut self, item: Item, change: Change) {
        let queue = &mut self.0[item.place()];
        if queue.first() != Some(&change) {
            queue.insert(0, change);
        }
    }

    pub(super) fn is_drained(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }
}
