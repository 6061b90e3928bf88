//! Accepting an invite (engine/invite/accept).

use shared::domain::acceptance::NotAcceptable;

use super::as_domain;
use super::call::{Call, Next};
use super::conditions::Condition;
use super::membership::{Changing, Joined, Joining, MemberChange};
use super::rows::{CAROL, Ended, GroupRow, INVITES, InviteRow, MemberRow, Person, Slot};
use super::rules::{self, Doing};

/// A group as read, and the number of losses before.
type Group = (Option<GroupRow>, u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// The batch has read the group, and not the invite yet.
    GroupRead(Group),
    /// The batch has read the invite, and not the group yet.
    InviteRead(InviteRow),
    /// Records that the link is exhausted, before the checks.
    Exhaust(InviteRow, Group),
    /// Reads the granter's membership.
    Granter(InviteRow, GroupRow, u8),
    /// Writes the membership.
    Join(InviteRow, GroupRow, u8),
    /// Reads the link after its use.
    Reread,
    /// Records that the link is exhausted.
    Record(InviteRow, InviteRow),
    /// Reads whether the person's membership has ended.
    Ended,
    /// Removes the membership that has ended.
    Remove(GroupRow, MemberRow),
}

/// The person, the invite and the generation of the token.
pub(super) type Token = (Person, Slot, u8);

/// The number of orders in which the batch can read its items.
pub(super) const ORDERS: u8 = 3;

pub(super) fn first(token: Token, call: &mut Call<'_>) -> Next<Step> {
    let Some(invite) = call.table.invite(token.1).copied() else { return Next::Done };
    let group = read_group(call);
    match call.choice {
        0 => admit(token, &invite, group, call),
        1 => Next::Go(Step::GroupRead(group)),
        _ => Next::Go(Step::InviteRead(invite)),
    }
}

fn read_group(call: &Call<'_>) -> Group {
    (call.table.existing_group(), call.table.notes.losses)
}

pub(super) fn step(token: Token, step: &Step, call: &mut Call<'_>) -> Next<Step> {
    let (by, slot, _) = token;
    match *step {
        Step::GroupRead(group) => match call.table.invite(slot).copied() {
            Some(invite) => admit(token, &invite, group, call),
            None => Next::Done,
        },
        Step::InviteRead(invite) => admit(token, &invite, read_group(call), call),
        Step::Exhaust(invite, group) => {
            if let Some(after) = rules::change(slot, &invite, Doing::Exhaust, call.now) {
                call.table.end(slot, &(invite, after), call.now, call.without);
            }
            check(token, &invite, group, call)
        }
        Step::Granter(invite, group, losses) => {
            let granter = call.table.member(invite.granter, call.clock);
            let checked = rules::check(slot, &invite, &group, granter.as_ref(), true);
            Next::go(may_join(checked).then_some(Step::Join(invite, group, losses)))
        }
        Step::Join(invite, group, losses) => join(token, invite, (group, losses), call),
        Step::Reread => {
            let invite = call.table.invite(slot).copied();
            Next::go(invite.and_then(|invite| {
                let after = rules::change(slot, &invite, Doing::Exhaust, call.now)?;
                Some(Step::Record(invite, after))
            }))
        }
        Step::Record(invite, after) => {
            call.table.end(slot, &(invite, after), call.now, call.without);
            Next::Done
        }
        Step::Ended => {
            let member = call.table.stored_member(by).copied();
            let ended = member.filter(|member| !rules::is_current(member, call.clock));
            Next::go(ended.map(|member| Step::Remove(call.table.group, member)))
        }
        Step::Remove(group, member) => {
            let (change, ended, right) = (MemberChange::Expiry, [None; INVITES], None);
            let now = call.now;
            let changing = Changing { group, of: by, member, change, ended, right, now };
            call.table.change_member(&changing, call.without);
            Next::Again
        }
    }
}

/// Checks that the token names this generation, and that the caller may use it.
fn admit(token: Token, invite: &InviteRow, group: Group, call: &Call<'_>) -> Next<Step> {
    let (by, slot, generation) = token;
    let is_invitee = invite.is_link() || by == CAROL;
    if invite.generation != generation || !is_invitee {
        return Next::Done;
    }
    match rules::change(slot, invite, Doing::Exhaust, call.now) {
        Some(_) => Next::Go(Step::Exhaust(*invite, group)),
        None => check(token, invite, group, call),
    }
}

/// Checks the group and the invite, as `Engine::check_right` does.
fn check(
    (by, slot, _): Token,
    invite: &InviteRow,
    (group, losses): Group,
    call: &Call<'_>,
) -> Next<Step> {
    let Some(group) = group else { return Next::Done };
    let can_accept = (!invite.is_link() && rules::awaits_invitee(slot, invite, call.now))
        || rules::is_pending(slot, invite, call.now);
    if invite.ended == Some(Ended::Accepted(by)) || !can_accept {
        return Next::Done;
    }
    if call.without.has(Condition::Granter) {
        return Next::Go(Step::Join(*invite, group, losses));
    }
    if !rules::right_is_proven(slot, invite, &group) {
        return Next::Go(Step::Granter(*invite, group, losses));
    }
    let checked = rules::check(slot, invite, &group, None, true);
    Next::go(may_join(checked).then_some(Step::Join(*invite, group, losses)))
}

/// Returns whether the acceptance goes on. The write decides about the seat.
fn may_join(checked: Result<(), NotAcceptable>) -> bool {
    matches!(checked, Ok(()) | Err(NotAcceptable::SeatsFull))
}

fn join(
    (by, slot, _): Token,
    invite: InviteRow,
    (group, losses): (GroupRow, u8),
    call: &mut Call<'_>,
) -> Next<Step> {
    let now = call.now;
    // The domain decides whether the invite can be accepted. A link stays pending.
    let is_invitee = !invite.is_link() && by == CAROL;
    if !invite.is_link()
        && rules::change(slot, &invite, Doing::Accept(by, is_invitee), now).is_none()
    {
        return Next::Done;
    }
    let member = MemberRow {
        rank: invite.roles,
        joined_at: now,
        by: Some((slot, invite.generation)),
        ends_at: as_domain::end_of_membership(&invite, now),
    };
    let joining = Joining { slot, invite, group, losses, by, member, now };
    match call.table.join(&joining, call.without) {
        Joined::Yes => Next::go(invite.is_link().then_some(Step::Reread)),
        Joined::AlreadyMember => Next::Go(Step::Ended),
        Joined::Changed => Next::Again,
    }
}
