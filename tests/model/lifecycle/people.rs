//! Removing and demoting a member (engine/member/edit.rs, engine/member/orphans.rs).

use shared::domain::role::Rank;

use super::call::{Call, Next};
use super::conditions::Condition;
use super::index;
use super::membership::{Changed, Changing, MemberChange};
use super::rows::{CAROL, GroupRow, INVITES, InviteRow, MemberRow, Person, Seconds, Slot};
use super::rules::{self, Doing};
use super::table::{Ending, Right, Table};

/// The endings of invites, by slot.
type Endings = [Option<Ending>; INVITES];

/// The member and the change, with what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Seen {
    group: GroupRow,
    actor: MemberRow,
    member: MemberRow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Reads the member.
    Member(GroupRow, MemberRow),
    /// Reads the invites to the person, by their keys.
    Invites(Seen),
    /// Reads the invites that the person granted, in the index.
    Index(Seen, Endings),
    /// Writes the change, the first endings together with it. The second ones are those of links.
    Write(Seen, Endings, Endings),
    /// Ends links.
    Links(Endings),
}

/// The actor, the member and the change.
pub(super) type Asked = (Person, Person, MemberChange);

pub(super) fn first((by, _, _): Asked, call: &mut Call<'_>) -> Next<Step> {
    let group = call.table.existing_group();
    let read = group.zip(call.table.member(by, call.clock));
    Next::go(read.map(|(group, actor)| Step::Member(group, actor)))
}

pub(super) fn step(asked: Asked, step: &Step, call: &mut Call<'_>) -> Next<Step> {
    let (by, of, change) = asked;
    match *step {
        Step::Member(group, actor) => {
            let Some(member) = call.table.member(of, call.clock) else { return Next::Done };
            let leaves = by == of && change == MemberChange::Removal;
            if !leaves && (actor.rank < Rank::Admin || actor.rank < member.rank) {
                return Next::Done;
            }
            let seen = Seen { group, actor, member };
            Next::go(match change {
                MemberChange::Removal => Some(Step::Invites(seen)),
                MemberChange::To(rank) if rank < member.rank => {
                    Some(Step::Index(seen, [None; INVITES]))
                }
                MemberChange::To(_) | MemberChange::Expiry => None,
            })
        }
        Step::Invites(seen) => Next::Go(Step::Index(seen, addressed_to(call.table, of, call.now))),
        Step::Index(seen, ended) => Next::Go(with_orphans(asked, seen, ended, call)),
        Step::Write(seen, ended, links) => {
            let right: Option<Right> = (by != of).then_some((by, seen.actor));
            let Seen { group, member, .. } = seen;
            let now = call.now;
            let changing = Changing { group, of, member, change, ended, right, now };
            match call.table.change_member(&changing, call.without) {
                Changed::Yes => links_or_answer(of, links, call),
                Changed::LastOwner => Next::Done,
                Changed::Conflict => Next::Again,
            }
        }
        Step::Links(mut links) => {
            if let Some(slot) = links.iter().position(Option::is_some)
                && let Some(ending) = links[slot].take()
            {
                call.table.end(slot as Slot, &ending, call.now, call.without);
            }
            links_or_answer(of, links, call)
        }
    }
}

fn links_or_answer(of: Person, links: Endings, call: &mut Call<'_>) -> Next<Step> {
    if links.iter().any(Option::is_some) {
        return Next::Go(Step::Links(links));
    }
    call.table.acknowledge_loss(of, call.now);
    Next::Done
}

/// Returns the endings of the invites to the person, read by their keys. Carol has proved both of her
/// addresses.
pub(super) fn addressed_to(table: &Table, person: Person, now: Seconds) -> Endings {
    let mut endings = [None; INVITES];
    for (slot, ending) in (0..).zip(&mut endings) {
        let invite = table.invite(slot).filter(|invite| person == CAROL && !invite.is_link());
        *ending = invite.and_then(|invite| ending_of(slot, invite, now));
    }
    endings
}

pub(super) fn ending_of(slot: Slot, invite: &InviteRow, now: Seconds) -> Option<Ending> {
    rules::change(slot, invite, Doing::Revoke, now).map(|after| (*invite, after))
}

/// Adds the endings of the invites that the person can no longer make after the change.
fn with_orphans(asked: Asked, seen: Seen, mut ended: Endings, call: &Call<'_>) -> Step {
    let (_, of, change) = asked;
    let after = match change {
        MemberChange::To(rank) => Some(MemberRow { rank, ..seen.member }),
        MemberChange::Removal | MemberChange::Expiry => None,
    };
    let mut links = [None; INVITES];
    let shown = (call.choice, call.without);
    for (slot, invite) in index::granted_by(call.table, of, call.now, shown) {
        let is_orphan = !rules::granter_may(slot, &invite, &seen.group, after.as_ref());
        let ending = is_orphan.then(|| ending_of(slot, &invite, call.now)).flatten();
        let place = if invite.is_link() { &mut links } else { &mut ended };
        let place = &mut place[usize::from(slot)];
        *place = place.or(ending);
    }
    if call.without.has(Condition::Together) {
        (ended, links) = ([None; INVITES], [None; INVITES]);
    }
    Step::Write(seen, ended, links)
}
