//! Ending the invites of a deleted group, and removing its members (`Engine::clear_group`).

use super::call::{Call, Next};
use super::people::ending_of;
use super::rows::{INVITES, PEOPLE, Person, Slot};
use super::table::Ending;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Reads the invites that await their invitees.
    Invites,
    /// Ends them.
    End([Option<Ending>; INVITES]),
    /// Reads the members.
    Members,
    /// Removes them.
    Remove([bool; PEOPLE]),
}

pub(super) fn step(step: &Step, call: &mut Call<'_>) -> Next<Step> {
    match *step {
        Step::Invites => {
            let mut pending = [None; INVITES];
            for (slot, ending) in (0..).zip(&mut pending) {
                let stored = call.table.invite(slot).filter(|invite| invite.is_awaiting());
                *ending = stored.and_then(|invite| ending_of(slot, invite, call.now));
            }
            Next::Go(end_or_members(pending))
        }
        Step::End(mut pending) => {
            if let Some(slot) = pending.iter().position(Option::is_some)
                && let Some(ending) = pending[slot].take()
            {
                call.table.end(slot as Slot, &ending, call.now, call.without);
            }
            Next::Go(end_or_members(pending))
        }
        Step::Members => {
            let people = call.table.members.map(|member| member.is_some());
            Next::go(people.contains(&true).then_some(Step::Remove(people)))
        }
        Step::Remove(mut people) => {
            if let Some(person) = people.iter().position(|is_member| *is_member) {
                people[person] = false;
                call.table.delete_member(person as Person);
            }
            let is_left = people.contains(&true);
            Next::Go(if is_left { Step::Remove(people) } else { Step::Members })
        }
    }
}

fn end_or_members(pending: [Option<Ending>; INVITES]) -> Step {
    if pending.iter().any(Option::is_some) { Step::End(pending) } else { Step::Members }
}
