//! What the domain says about rows. Each question is asked of the domain once and then remembered,
//! because the same rows occur in very many states.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::thread::LocalKey;

use shared::domain::acceptance::{self, Acceptor, NotAcceptable};
use shared::domain::author::Author;
use shared::domain::clock::Timestamp;
use shared::domain::invite::{Invite, Revision, RevokeReason, State};
use shared::domain::member::MembershipPeriod;
use shared::domain::rule::InviteRule;

use super::as_domain::{self, HOUR, at, granter, roles, user};
use super::rows::{GroupRow, InviteRow, MemberRow, Person, Seconds, Slot};

/// A change of an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Doing {
    /// The person accepts. `true` if they are the invitee.
    Accept(Person, bool),
    Decline(Option<Person>),
    Revoke,
    Expire,
    Exhaust,
    /// The member of this rank makes the membership a temporary one, with other roles.
    Update(Person, MemberRow),
}

type Known<Q, A> = RefCell<HashMap<Q, A>>;

/// Returns the known answer, or asks for it.
fn ask<Q: Copy + Eq + Hash, A: Copy>(
    known: &'static LocalKey<Known<Q, A>>,
    question: Q,
    answer: impl FnOnce() -> A,
) -> A {
    if let Some(found) = known.with_borrow(|known| known.get(&question).copied()) {
        return found;
    }
    let answer = answer();
    known.with_borrow_mut(|known| known.insert(question, answer));
    answer
}

type Change = (Slot, InviteRow, Doing, Seconds);
type Check = (Slot, InviteRow, GroupRow, Option<MemberRow>, bool);

thread_local! {
    static CHANGES: Known<Change, Option<InviteRow>> = RefCell::default();
    static STATES: Known<(Slot, InviteRow, Seconds), (State, bool)> = RefCell::default();
    static CHECKS: Known<Check, Result<(), NotAcceptable>> = RefCell::default();
    static PROVEN: Known<(Slot, InviteRow, GroupRow), bool> = RefCell::default();
    static GRANTS: Known<(Slot, InviteRow, GroupRow, Option<MemberRow>), bool> = RefCell::default();
    static INVITERS: Known<(GroupRow, MemberRow), bool> = RefCell::default();
}

/// Returns the invite after the change. `None` if its state does not allow it.
pub(super) fn change(slot: Slot, row: &InviteRow, doing: Doing, now: Seconds) -> Option<InviteRow> {
    ask(&CHANGES, (slot, *row, doing, now), || {
        let invite = as_domain::invite(slot, row);
        let changed = transition(&invite, doing, at(now))?;
        Some(as_domain::row(row, &changed))
    })
}

fn transition(invite: &Invite, doing: Doing, now: Timestamp) -> Option<Invite> {
    let made = match doing {
        Doing::Accept(by, true) => invite.accept_as_invitee(&user(by), now),
        Doing::Accept(by, false) => invite.accept(&user(by), now),
        Doing::Decline(by) => invite.decline(by.map(user).as_ref(), None, now),
        Doing::Revoke => invite.revoke(RevokeReason::RevokedByMember, None, now),
        Doing::Expire => invite.expire(now),
        Doing::Exhaust => invite.exhaust(now),
        Doing::Update(by, member) => {
            let mut terms = invite.terms.clone();
            terms.roles = roles(shared::domain::role::Rank::Editor);
            terms.membership_expires_in = MembershipPeriod::parse(HOUR.into()).ok();
            let granted_by = granter(by, &member, now);
            let by = Author::User(user(by));
            invite.update(&Revision { terms, granted_by, paused: false, by }, now)
        }
    };
    made.ok().map(|made| made.invite)
}

/// Returns the invite's state, and whether its invitee can still accept it.
fn state(slot: Slot, row: &InviteRow, now: Seconds) -> (State, bool) {
    ask(&STATES, (slot, *row, now), || {
        let invite = as_domain::invite(slot, row);
        (invite.state(at(now)), invite.awaits_invitee(at(now)))
    })
}

pub(super) fn is_pending(slot: Slot, row: &InviteRow, now: Seconds) -> bool {
    state(slot, row, now).0 == State::Pending
}

pub(super) fn awaits_invitee(slot: Slot, row: &InviteRow, now: Seconds) -> bool {
    state(slot, row, now).1
}

/// Returns whether the group and the granter allow the acceptance. `by_account` is whether an account
/// asks that proves no address, and not the invitee.
pub(super) fn check(
    slot: Slot,
    row: &InviteRow,
    group: &GroupRow,
    granter: Option<&MemberRow>,
    by_account: bool,
) -> Result<(), NotAcceptable> {
    ask(&CHECKS, (slot, *row, *group, granter.copied(), by_account), || {
        let acceptor = if by_account { Acceptor::Account(None) } else { Acceptor::Invitee };
        let granter = granter.map(|member| as_domain::member(row.granter, member));
        let invite = as_domain::invite(slot, row);
        acceptance::check(&invite, &as_domain::group(group), granter.as_ref(), acceptor)
    })
}

pub(super) fn right_is_proven(slot: Slot, row: &InviteRow, group: &GroupRow) -> bool {
    ask(&PROVEN, (slot, *row, *group), || {
        acceptance::right_is_proven(&as_domain::group(group), &as_domain::invite(slot, row))
    })
}

/// `acceptance::granter_may`.
pub(super) fn granter_may(
    slot: Slot,
    row: &InviteRow,
    group: &GroupRow,
    member: Option<&MemberRow>,
) -> bool {
    ask(&GRANTS, (slot, *row, *group, member.copied()), || {
        let member = member.map(|member| as_domain::member(row.granter, member));
        let invite = as_domain::invite(slot, row);
        acceptance::granter_may(&as_domain::group(group), member.as_ref(), &invite)
    })
}

/// Returns whether the member may invite to the group and manage its invites.
pub(super) fn may_invite(group: &GroupRow, member: &MemberRow) -> bool {
    ask(&INVITERS, (*group, *member), || {
        InviteRule::Policy.allows(&as_domain::group(group), &as_domain::member(0, member))
    })
}

/// `Member::is_current`.
pub(super) fn is_current(member: &MemberRow, now: Seconds) -> bool {
    as_domain::ends(member).is_none_or(|end| at(now) < end)
}
