//! Creating an invite (engine/invite/create).

use shared::domain::acceptance::NotAcceptable;
use shared::domain::role::Rank;

use super::call::{Call, Next};
use super::rows::{Ended, GroupRow, InviteRow, MemberRow, Person, Seconds, Slot};
use super::rules;

/// The lifetime of a new invite in seconds: the clock's smallest step.
pub(super) const LIFETIME: Seconds = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// The batch has read the group, and not the other items yet.
    GroupRead(Option<GroupRow>),
    /// The batch has read the other items, and not the group yet.
    OthersRead(Option<MemberRow>, Option<InviteRow>),
    /// Reads the memberships of those who may stand in the way.
    People(GroupRow, MemberRow, InviteRow),
    /// Puts the new invite.
    Write(Option<InviteRow>, InviteRow),
}

/// The items of the first read.
struct Found {
    group: Option<GroupRow>,
    inviter: Option<MemberRow>,
    invite: Option<InviteRow>,
}

/// The number of orders in which the first batch can read its items.
pub(super) const ORDERS: u8 = 3;

pub(super) fn first((by, slot): (Person, Slot), call: &mut Call<'_>) -> Next<Step> {
    let group = call.table.existing_group();
    let inviter = call.table.member(by, call.clock);
    let invite = call.table.invite(slot).copied();
    match call.choice {
        0 => decide((by, slot), Found { group, inviter, invite }, call.now),
        1 => Next::Go(Step::GroupRead(group)),
        _ => Next::Go(Step::OthersRead(inviter, invite)),
    }
}

pub(super) fn step((by, slot): (Person, Slot), step: &Step, call: &mut Call<'_>) -> Next<Step> {
    match *step {
        Step::GroupRead(group) => {
            let inviter = call.table.member(by, call.clock);
            let invite = call.table.invite(slot).copied();
            decide((by, slot), Found { group, inviter, invite }, call.now)
        }
        Step::OthersRead(inviter, invite) => {
            let group = call.table.existing_group();
            decide((by, slot), Found { group, inviter, invite }, call.now)
        }
        Step::People(group, inviter, before) => {
            let person = |person| call.table.member(person, call.clock);
            let is_member = match before.ended {
                Some(Ended::Accepted(by)) => person(by).is_some(),
                _ => false,
            };
            let granter = person(before.granter);
            let blocks = rules::is_pending(slot, &before, call.now)
                && blocks(slot, &before, &group, granter.as_ref());
            let new = || Step::Write(Some(before), new((by, &inviter), Some(&before), call.now));
            Next::go((!is_member && !blocks).then(new))
        }
        Step::Write(before, new) => {
            match call.table.put_new(slot, (before.as_ref(), new), call.without) {
                true => Next::Done,
                false => Next::Again,
            }
        }
    }
}

fn decide((by, slot): (Person, Slot), found: Found, now: Seconds) -> Next<Step> {
    let (Some(group), Some(inviter)) = (found.group, found.inviter) else { return Next::Done };
    if !rules::may_invite(&group, &inviter) || group.is_frozen {
        return Next::Done;
    }
    let write = |before: Option<InviteRow>| {
        Next::Go(Step::Write(before, new((by, &inviter), before.as_ref(), now)))
    };
    let Some(before) = found.invite else { return write(None) };
    let people = Next::Go(Step::People(group, inviter, before));
    if !rules::is_pending(slot, &before, now) {
        let was_accepted = matches!(before.ended, Some(Ended::Accepted(_)));
        return if was_accepted { people } else { write(Some(before)) };
    }
    let is_own = before.granter == by;
    if !is_own && !rules::right_is_proven(slot, &before, &group) {
        return people;
    }
    let granter = is_own.then_some(&inviter);
    if blocks(slot, &before, &group, granter) { Next::Done } else { write(Some(before)) }
}

/// Returns whether the pending invite blocks a new one.
fn blocks(slot: Slot, before: &InviteRow, group: &GroupRow, granter: Option<&MemberRow>) -> bool {
    let acceptable = rules::check(slot, before, group, granter, false);
    !acceptable.is_err_and(NotAcceptable::lasts)
}

/// Returns the invite to write, as `plan::draft` makes it.
fn new((by, inviter): (Person, &MemberRow), before: Option<&InviteRow>, now: Seconds) -> InviteRow {
    InviteRow {
        generation: before.map_or(1, |before| before.generation + 1),
        version: before.map_or(1, |before| before.version + 1),
        ended: None,
        creator: by,
        granter: by,
        granter_rank: inviter.rank,
        granted_at: now,
        granter_until: inviter.ends_at,
        roles: Rank::Member,
        is_temporary: false,
        expires_at: Some(now + LIFETIME),
        max_uses: None,
        uses: 0,
    }
}
