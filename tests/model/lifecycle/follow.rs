//! The consequences of a change (engine/follow), which `background-follow` makes.

use super::call::{Call, Next};
use super::clear;
use super::conditions::Condition;
use super::index;
use super::people::{addressed_to, ending_of};
use super::rows::{GroupRow, INVITES, InviteRow, MemberRow, Person, Slot};
use super::rules;
use super::stream::{Change, Item};
use super::table::Ending;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Reads the membership of the invite's granter.
    Granter(InviteRow, GroupRow),
    /// Ends the invites one after the other.
    End([Option<Ending>; INVITES]),
    /// Reads the invites of the person who joined.
    Invites(MemberRow),
    /// Ends them, if the person still has this membership.
    EndFor(MemberRow, [Option<Ending>; INVITES]),
    /// Removes the member of a deleted group.
    Remove,
    /// Reads the invites that the person granted, in the index.
    Index(GroupRow, Option<MemberRow>),
    /// Clears a deleted group.
    Clear(clear::Step),
}

pub(super) fn first(record: (Item, Change), call: &mut Call<'_>) -> Next<Step> {
    match record {
        (Item::Invite(slot), Change::InvitePending(generation)) => {
            follow_invite(slot, generation, call)
        }
        (Item::Member(person), Change::Joined) => follow_joining(person, call),
        (Item::Member(person), Change::Lost) => {
            let member = call.table.member(person, call.clock);
            let group = call.table.existing_group();
            Next::go(group.map(|group| Step::Index(group, member)))
        }
        (Item::Group, Change::Deleted) => Next::Go(Step::Clear(clear::Step::Invites)),
        (Item::Group | Item::Invite(_) | Item::Member(_), _) => Next::Done,
    }
}

/// Returns whether the group has a tombstone.
fn is_tombstone(call: &Call<'_>) -> bool {
    call.table.group.is_deleted() && !call.without.has(Condition::Tombstone)
}

fn follow_invite(slot: Slot, generation: u8, call: &Call<'_>) -> Next<Step> {
    let current = call.table.invite(slot).filter(|invite| {
        invite.generation == generation && rules::awaits_invitee(slot, invite, call.now)
    });
    let Some(invite) = current else { return Next::Done };
    match call.table.existing_group() {
        Some(group) if rules::right_is_proven(slot, invite, &group) => Next::Done,
        Some(group) => Next::Go(Step::Granter(*invite, group)),
        None if is_tombstone(call) => end(only(slot, invite, call)),
        None => Next::Done,
    }
}

fn follow_joining(person: Person, call: &Call<'_>) -> Next<Step> {
    let Some(member) = call.table.member(person, call.clock) else { return Next::Done };
    match call.table.existing_group() {
        Some(_) => Next::Go(Step::Invites(member)),
        None => Next::go(is_tombstone(call).then_some(Step::Remove)),
    }
}

pub(super) fn step(item: Item, step: &Step, call: &mut Call<'_>) -> Next<Step> {
    match (item, *step) {
        (Item::Invite(slot), Step::Granter(invite, group)) => {
            let member = call.table.member(invite.granter, call.clock);
            // A policy may change back, so it ends nothing by itself.
            let is_demoted = member.is_none_or(|member| member.rank < invite.granter_rank);
            let may = rules::granter_may(slot, &invite, &group, member.as_ref());
            if may || !is_demoted { Next::Done } else { end(only(slot, &invite, call)) }
        }
        (Item::Member(person), Step::Invites(member)) => {
            let found = addressed_to(call.table, person, call.now);
            let has_some = found.iter().any(Option::is_some);
            Next::go(has_some.then_some(Step::EndFor(member, found)))
        }
        (Item::Member(person), Step::EndFor(member, mut left)) => {
            if let Some((slot, ending)) = take(&mut left) {
                let right = (person, member);
                call.table.end_by_right(slot, &ending, &right, (call.now, call.without));
            }
            let is_left = left.iter().any(Option::is_some);
            Next::go(is_left.then_some(Step::EndFor(member, left)))
        }
        (Item::Member(person), Step::Remove) => {
            call.table.delete_member(person);
            Next::Done
        }
        (Item::Member(person), Step::Index(group, member)) => {
            let mut found = [None; INVITES];
            let shown = (call.choice, call.without);
            for (slot, invite) in index::granted_by(call.table, person, call.now, shown) {
                if !rules::granter_may(slot, &invite, &group, member.as_ref()) {
                    found[usize::from(slot)] = ending_of(slot, &invite, call.now);
                }
            }
            end(found)
        }
        (_, Step::End(mut left)) => {
            if let Some((slot, ending)) = take(&mut left) {
                call.table.end(slot, &ending, call.now, call.without);
            }
            end(left)
        }
        (_, Step::Clear(step)) => clear::step(&step, call).map(Step::Clear),
        (Item::Group | Item::Invite(_) | Item::Member(_), _) => Next::Done,
    }
}

fn only(slot: Slot, invite: &InviteRow, call: &Call<'_>) -> [Option<Ending>; INVITES] {
    let mut endings = [None; INVITES];
    endings[usize::from(slot)] = ending_of(slot, invite, call.now);
    endings
}

fn end(endings: [Option<Ending>; INVITES]) -> Next<Step> {
    Next::go(endings.iter().any(Option::is_some).then_some(Step::End(endings)))
}

fn take(endings: &mut [Option<Ending>; INVITES]) -> Option<(Slot, Ending)> {
    let slot = endings.iter().position(Option::is_some)?;
    endings[slot].take().map(|ending| (slot as Slot, ending))
}
