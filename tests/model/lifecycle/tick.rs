//! What is due by the clock (engine/tick), which `background-tick` makes.

use super::call::{Call, Next};
use super::membership::{Changing, MemberChange};
use super::rows::{GroupRow, INVITES, MemberRow, PEOPLE, Person, Slot};
use super::rules::{self, Doing};
use super::table::Ending;

/// The memberships that have ended.
type Members = [Option<MemberRow>; PEOPLE];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Stores the ends of invites.
    End([Option<Ending>; INVITES], Members),
    /// Reads the group.
    Group(Members),
    /// Removes the first of the memberships.
    Remove(GroupRow, Members),
}

pub(super) fn first(call: &mut Call<'_>) -> Next<Step> {
    let mut ends = [None; INVITES];
    for (slot, end) in (0..).zip(&mut ends) {
        let due = call.table.invite(slot).filter(|invite| invite.ended.is_none());
        *end = due.and_then(|invite| {
            let change = |doing| rules::change(slot, invite, doing, call.now);
            let after = change(Doing::Expire).or_else(|| change(Doing::Exhaust))?;
            Some((*invite, after))
        });
    }
    let is_over = |member: &MemberRow| !rules::is_current(member, call.now);
    next(ends, call.table.members.map(|member| member.filter(is_over)))
}

fn next(ends: [Option<Ending>; INVITES], members: Members) -> Next<Step> {
    if ends.iter().any(Option::is_some) {
        return Next::Go(Step::End(ends, members));
    }
    Next::go(members.iter().any(Option::is_some).then_some(Step::Group(members)))
}

pub(super) fn step(step: &Step, call: &mut Call<'_>) -> Next<Step> {
    match *step {
        Step::End(mut ends, members) => {
            if let Some(slot) = ends.iter().position(Option::is_some)
                && let Some(ending) = ends[slot].take()
            {
                call.table.end(slot as Slot, &ending, call.now, call.without);
            }
            next(ends, members)
        }
        Step::Group(members) => Next::Go(Step::Remove(call.table.group, members)),
        Step::Remove(group, mut members) => {
            let person = members.iter().position(Option::is_some);
            if let Some(person) = person
                && let Some(member) = members[person].take()
            {
                remove(group, (person as Person, member), call);
            }
            next([None; INVITES], members)
        }
    }
}

/// `Engine::remove_ended`. A deleted group counts nothing.
fn remove(group: GroupRow, (of, member): (Person, MemberRow), call: &mut Call<'_>) {
    let now = call.now;
    if group.is_deleted() {
        if call.table.stored_member(of) == Some(&member) {
            call.table.delete_member(of);
        }
        return;
    }
    let (change, ended, right) = (MemberChange::Expiry, [None; INVITES], None);
    let changing = Changing { group, of, member, change, ended, right, now };
    call.table.change_member(&changing, call.without);
}
