//! The table: its items, its stream, and what the properties have to remember.

use super::conditions::{self, Without};
use super::notes::{Breach, Notes};
use super::rows::{GroupRow, INVITES, InviteRow, MemberRow, PEOPLE, Person, Seconds, Slot};
use super::rules;
use super::stream::{Change, Item, Stream};

/// The items of the group, and the records of the stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Table {
    pub(super) group: GroupRow,
    pub(super) members: [Option<MemberRow>; PEOPLE],
    pub(super) invites: [Option<InviteRow>; INVITES],
    pub(super) stream: Stream,
    pub(super) notes: Notes,
}

/// An invite as read, and as a transition leaves it.
pub(super) type Ending = (InviteRow, InviteRow);
/// An actor, and their membership as read.
pub(super) type Right = (Person, MemberRow);

impl Table {
    pub(super) fn invite(&self, slot: Slot) -> Option<&InviteRow> {
        self.invites[usize::from(slot)].as_ref()
    }

    /// Returns the membership, if it has not ended.
    pub(super) fn member(&self, person: Person, now: Seconds) -> Option<MemberRow> {
        self.stored_member(person).copied().filter(|member| rules::is_current(member, now))
    }

    pub(super) fn stored_member(&self, person: Person) -> Option<&MemberRow> {
        self.members[usize::from(person)].as_ref()
    }

    /// Returns the group, if it exists.
    pub(super) fn existing_group(&self) -> Option<GroupRow> {
        Some(self.group).filter(|group| !group.is_deleted())
    }

    /// `Store::put_invites`: puts a new invite.
    pub(super) fn put_new(
        &mut self,
        slot: Slot,
        (read, new): (Option<&InviteRow>, InviteRow),
        without: Without,
    ) -> bool {
        if !conditions::is_vacant(self.invite(slot), read, without) {
            return false;
        }
        if self.invite(slot).is_some_and(|stored| stored.generation >= new.generation) {
            self.notes.breaks(Breach::GenerationTwice);
        }
        self.notes.begins(slot);
        self.put_invite(slot, new);
        true
    }

    /// `Store::end_invite`.
    pub(super) fn end(
        &mut self,
        slot: Slot,
        (read, after): &Ending,
        now: Seconds,
        without: Without,
    ) -> bool {
        let may = |stored: &InviteRow| conditions::may_end(stored, (read, after), now, without);
        let is_possible = self.invite(slot).is_some_and(may);
        if is_possible {
            self.write_end(slot, after);
        }
        is_possible
    }

    /// `Store::end_invite_by_right`.
    pub(super) fn end_by_right(
        &mut self,
        slot: Slot,
        ending: &Ending,
        (actor, read): &Right,
        (now, without): (Seconds, Without),
    ) -> bool {
        conditions::has_right(self.stored_member(*actor), read, without)
            && self.end(slot, ending, now, without)
    }

    /// `Store::rewrite_invite`.
    pub(super) fn rewrite(
        &mut self,
        slot: Slot,
        (read, after): &Ending,
        (actor, member): &Right,
        without: Without,
    ) -> bool {
        let may = |stored: &InviteRow| conditions::may_rewrite(stored, read, without);
        let is_possible = conditions::has_right(self.stored_member(*actor), member, without)
            && self.invite(slot).is_some_and(may);
        if is_possible {
            if self.invite(slot).is_some_and(InviteRow::has_final_end) {
                self.notes.breaks(Breach::FinalChanged);
            }
            if self.invite(slot).is_some_and(|stored| stored.uses != after.uses) {
                self.notes.breaks(Breach::UseLost);
            }
            self.notes.rewrites(slot);
            self.put_invite(slot, *after);
        }
        is_possible
    }

    /// `Store::update_group`: freezes the group, or takes new invites again.
    pub(super) fn update_group(
        &mut self,
        (read, is_frozen): (&GroupRow, bool),
        (actor, member): &Right,
        without: Without,
    ) -> bool {
        let is_possible = conditions::may_update(&self.group, read)
            && conditions::has_right(self.stored_member(*actor), member, without);
        if is_possible {
            self.group = GroupRow { is_frozen, version: self.group.version + 1, ..self.group };
        }
        is_possible
    }

    /// `Store::delete_group`.
    pub(super) fn delete_group(&mut self, (actor, member): &Right, without: Without) -> bool {
        let is_possible = !self.group.is_deleted()
            && conditions::has_right(self.stored_member(*actor), member, without);
        if is_possible {
            self.group.deleted_by = Some(*actor);
            self.stream.push(Item::Group, Change::Deleted);
        }
        is_possible
    }

    /// `Store::delete_member`, which has no condition.
    pub(super) fn delete_member(&mut self, person: Person) {
        if let Some(member) = self.members[usize::from(person)].take() {
            self.notes.leaves(&member);
            self.stream.push(Item::Member(person), Change::Lost);
        }
    }

    /// Stores the end of the invite, as the update's expression does: the other attributes stay.
    pub(super) fn write_end(&mut self, slot: Slot, after: &InviteRow) {
        let Some(stored) = self.invite(slot).copied() else { return };
        if stored.has_final_end() {
            self.notes.breaks(Breach::FinalChanged);
        }
        let version = stored.version + 1;
        self.put_invite(slot, InviteRow { ended: after.ended, version, ..stored });
    }

    /// Puts the invite, with the record of the stream that this makes.
    pub(super) fn put_invite(&mut self, slot: Slot, row: InviteRow) {
        if row.ended.is_none() {
            self.stream.push(Item::Invite(slot), Change::InvitePending(row.generation));
        }
        self.invites[usize::from(slot)] = Some(row);
    }
}
