//! The transactions that make, change and remove memberships.

use shared::domain::role::Rank;

use super::conditions::{self, Condition, Without};
use super::notes::Breach;
use super::rows::{Ended, GroupRow, INVITES, InviteRow, MemberRow, Person, Seconds, Slot};
use super::rules;
use super::stream::{Change, Item};
use super::table::{Ending, Right, Table};

/// A person who joins by an invite, with the records that the decision was based on.
pub(super) struct Joining {
    pub(super) slot: Slot,
    pub(super) invite: InviteRow,
    pub(super) group: GroupRow,
    /// The number of losses when the group was read.
    pub(super) losses: u8,
    pub(super) by: Person,
    pub(super) member: MemberRow,
    pub(super) now: Seconds,
}

/// The outcome of joining.
pub(super) enum Joined {
    Yes,
    AlreadyMember,
    /// The invite or the group has changed.
    Changed,
}

/// A change of a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum MemberChange {
    To(Rank),
    Removal,
    Expiry,
}

/// A change of a member, with the records that the decision was based on.
pub(super) struct Changing {
    pub(super) group: GroupRow,
    pub(super) of: Person,
    pub(super) member: MemberRow,
    pub(super) change: MemberChange,
    pub(super) ended: [Option<Ending>; INVITES],
    /// `None` if the change is the person's own, or the clock's.
    pub(super) right: Option<Right>,
    pub(super) now: Seconds,
}

/// The outcome of changing a member.
pub(super) enum Changed {
    Yes,
    LastOwner,
    Conflict,
}

impl Table {
    /// `Store::join`.
    pub(super) fn join(&mut self, joining: &Joining, without: Without) -> Joined {
        let Joining { slot, invite, group, by, member, now, .. } = joining;
        let accepted = InviteRow { ended: Some(Ended::Accepted(*by)), ..*invite };
        let claims = |stored: &InviteRow| match invite.is_link() {
            true => conditions::may_use(stored, invite, *now, without),
            false => conditions::may_end(stored, (invite, &accepted), *now, without),
        };
        if !self.invite(*slot).is_some_and(claims) {
            return Joined::Changed;
        }
        let is_member = self.stored_member(*by).is_some();
        if is_member && !without.has(Condition::Absent) {
            return Joined::AlreadyMember;
        }
        if !conditions::has_seat(&self.group, group, member.is_owner(), without) {
            return Joined::Changed;
        }
        self.note_joining(joining);
        self.write_claim(*slot, &accepted);
        self.group.owners += u8::from(member.is_owner());
        if group.seats.is_some() {
            self.group.seats = self.group.seats.map(|taken| taken + 1);
        }
        self.members[usize::from(*by)] = Some(*member);
        self.stream.push(Item::Member(*by), Change::Joined);
        Joined::Yes
    }

    /// Accepts the invite, or counts a use of the link.
    fn write_claim(&mut self, slot: Slot, accepted: &InviteRow) {
        match self.invite(slot).copied() {
            Some(stored) if stored.is_link() => {
                let (uses, version) = (stored.uses + 1, stored.version + 1);
                self.put_invite(slot, InviteRow { uses, version, ..stored });
            }
            Some(_) | None => self.write_end(slot, accepted),
        }
        self.notes.joins[usize::from(slot)] += 1;
    }

    /// Compares the joining with what is stored at this moment.
    fn note_joining(&mut self, joining: &Joining) {
        let Joining { slot, invite, losses, by, now, .. } = joining;
        let Some(stored) = self.invite(*slot).copied() else { return };
        if stored.generation != invite.generation {
            self.notes.breaks(Breach::OtherGeneration);
        }
        if (stored.roles, stored.is_temporary) != (invite.roles, invite.is_temporary) {
            self.notes.breaks(Breach::OtherGrant);
        }
        if self.stored_member(*by).is_some() {
            self.notes.breaks(Breach::SecondMembership);
        }
        let granter = self.member(stored.granter, *now);
        let may = rules::granter_may(*slot, &stored, &self.group, granter.as_ref());
        if let (Some(barred), false) = (self.notes.barred[usize::from(*slot)], may) {
            let had_read = *losses < barred;
            let was_hidden = self.notes.fresh[usize::from(*slot)];
            let rule = if had_read && was_hidden { Breach::Overtaken } else { Breach::AfterLoss };
            self.notes.breaks(rule);
        }
    }

    /// `Store::change_member`.
    pub(super) fn change_member(&mut self, changing: &Changing, without: Without) -> Changed {
        let Changing { of, member, change, ended, right, now, .. } = changing;
        let stored = self.stored_member(*of);
        let is_as_read = match change {
            MemberChange::To(_) | MemberChange::Removal => conditions::is_unchanged(stored, member),
            MemberChange::Expiry => conditions::has_ended(stored, member, *now),
        };
        let has_right = |(actor, read): &Right| {
            conditions::has_right(self.stored_member(*actor), read, without)
        };
        if !is_as_read || !right.as_ref().is_none_or(has_right) {
            return Changed::Conflict;
        }
        let after = match change {
            MemberChange::To(rank) => Some(*rank),
            MemberChange::Removal | MemberChange::Expiry => None,
        };
        if !conditions::may_lose(&self.group, (member.rank, after), without) {
            return Changed::LastOwner;
        }
        let may_end = |(slot, ending): (usize, &Option<Ending>)| {
            let Some((read, after)) = ending else { return true };
            let stored = self.invites[slot].as_ref();
            stored.is_some_and(|it| conditions::may_end(it, (read, after), *now, without))
        };
        if !ended.iter().enumerate().all(may_end) {
            return Changed::Conflict;
        }
        self.note_change(changing);
        self.write_change(changing, after);
        Changed::Yes
    }

    fn write_change(&mut self, changing: &Changing, after: Option<Rank>) {
        let Changing { group, of, member, ended, now, .. } = changing;
        for (slot, (_, after)) in (0..).zip(ended).filter_map(|(slot, it)| Some((slot, (*it)?))) {
            self.write_end(slot, &after);
        }
        self.group.owners -= u8::from(member.is_owner());
        self.group.owners += u8::from(after == Some(Rank::Owner));
        self.group.authority_changed_at = Some(*now);
        if after.is_none() && group.seats.is_some() {
            self.group.seats = self.group.seats.map(|taken| taken - 1);
        }
        self.members[usize::from(*of)] = after.map(|rank| MemberRow { rank, ..*member });
        if after.is_none_or(|rank| rank < member.rank) {
            self.stream.push(Item::Member(*of), Change::Lost);
            self.notes.losses += 1;
        }
        if after.is_none() {
            self.notes.leaves(member);
        }
    }

    /// Compares the change with the right that the actor has at this moment.
    fn note_change(&mut self, changing: &Changing) {
        let Changing { member, right, now, .. } = changing;
        let Some((actor, _)) = right else { return };
        let rank = self.member(*actor, *now).map(|actor| actor.rank);
        if rank.is_none_or(|rank| rank < Rank::Admin || rank < member.rank) {
            self.notes.breaks(Breach::WithoutRight);
        }
    }

    /// The removal or demotion of this person is acknowledged: from now on nobody accepts an invite
    /// that they can no longer make.
    pub(super) fn acknowledge_loss(&mut self, of: Person, now: Seconds) {
        let member = self.member(of, now);
        for slot in 0..INVITES {
            let Some(invite) = self.invites[slot] else { continue };
            let number = slot as Slot;
            let is_barred = invite.granter == of
                && rules::awaits_invitee(number, &invite, now)
                && !rules::granter_may(number, &invite, &self.group, member.as_ref());
            if is_barred {
                self.notes.barred[slot] = Some(self.notes.losses);
            }
        }
    }
}
