//! Acts: requests of people, and runs of the functions that nobody calls. An act begins with its
//! first call.

use shared::domain::role::Rank;

use super::call::{Call, Next};
use super::membership::MemberChange;
use super::rows::{Person, Seconds, Slot};
use super::stream::{Change, Item};
use super::{accept, answer, create, follow, group, index, manage, people, tick};

/// A request that a person makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Request {
    /// The person invites.
    Create(Person, Slot),
    /// The person accepts, by the token of the present generation.
    Accept(Person, Slot),
    /// The person declines. `None` for a caller who did not sign in.
    Decline(Option<Person>, Slot),
    /// The person revokes the invite.
    Revoke(Person, Slot),
    /// The person changes the roles and the period that the invite grants.
    Update(Person, Slot),
    /// The first person removes the second, or leaves.
    Remove(Person, Person),
    /// The first person makes the second a plain member.
    Demote(Person, Person),
    /// The person freezes the group.
    Freeze(Person),
    /// The person deletes the group.
    Delete(Person),
}

/// What an act does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Program {
    Create(Person, Slot),
    Accept(accept::Token),
    Decline(Option<Person>, Slot),
    Revoke(Person, Slot),
    Update(Person, Slot),
    Member(people::Asked),
    Freeze(Person),
    Delete(Person),
    Follow(Item, Change),
    Tick,
}

/// The call that an act makes next, with what it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum At {
    First,
    Create(create::Step),
    Accept(accept::Step),
    Decline(answer::Step),
    Manage(manage::Step),
    Member(people::Step),
    Group(group::Step),
    Follow(follow::Step),
    Tick(tick::Step),
}

/// An act that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Act {
    pub(super) program: Program,
    pub(super) now: Seconds,
    /// Whether it has read again, because a condition had failed.
    pub(super) again: bool,
    pub(super) at: At,
}

impl Program {
    /// Returns what the request does. An acceptance has the token of `generation`.
    pub(super) fn of(request: Request, generation: impl FnOnce(Slot) -> u8) -> Self {
        match request {
            Request::Create(by, slot) => Self::Create(by, slot),
            Request::Accept(by, slot) => Self::Accept((by, slot, generation(slot))),
            Request::Decline(by, slot) => Self::Decline(by, slot),
            Request::Revoke(by, slot) => Self::Revoke(by, slot),
            Request::Update(by, slot) => Self::Update(by, slot),
            Request::Remove(by, of) => Self::Member((by, of, MemberChange::Removal)),
            Request::Demote(by, of) => Self::Member((by, of, MemberChange::To(Rank::Member))),
            Request::Freeze(by) => Self::Freeze(by),
            Request::Delete(by) => Self::Delete(by),
        }
    }

    /// Returns whether this is a run of a function that nobody calls.
    pub(super) fn is_run(self) -> bool {
        matches!(self, Self::Follow(..) | Self::Tick)
    }

    /// The number of outcomes of the first call. A batch can read its items in several orders.
    pub(super) fn orders(self) -> u8 {
        match self {
            Self::Create(..) => create::ORDERS,
            Self::Accept(_) => accept::ORDERS,
            _ => 1,
        }
    }

    /// Makes the first call.
    pub(super) fn first(self, call: &mut Call<'_>) -> Next<At> {
        match self {
            Self::Create(by, slot) => create::first((by, slot), call).map(At::Create),
            Self::Accept(token) => accept::first(token, call).map(At::Accept),
            Self::Decline(by, slot) => answer::first((by, slot), call).map(At::Decline),
            Self::Revoke(by, slot) => manage::revoke((by, slot), call).map(At::Manage),
            Self::Update(by, slot) => manage::update((by, slot), call).map(At::Manage),
            Self::Member(asked) => people::first(asked, call).map(At::Member),
            Self::Freeze(by) => group::freeze(by, call).map(At::Group),
            Self::Delete(by) => group::delete(by, call).map(At::Group),
            Self::Follow(item, change) => follow::first((item, change), call).map(At::Follow),
            Self::Tick => tick::first(call).map(At::Tick),
        }
    }
}

impl Act {
    /// The number of outcomes of the next call.
    pub(super) fn ways(&self) -> u8 {
        match self.at {
            At::Member(people::Step::Index(..)) | At::Follow(follow::Step::Index(..)) => {
                index::WAYS
            }
            _ => 1,
        }
    }

    /// Makes the next call.
    pub(super) fn step(&self, call: &mut Call<'_>) -> Next<At> {
        match (self.program, self.at) {
            (program, At::First) => program.first(call),
            (Program::Create(by, slot), At::Create(step)) => {
                create::step((by, slot), &step, call).map(At::Create)
            }
            (Program::Accept(token), At::Accept(step)) => {
                accept::step(token, &step, call).map(At::Accept)
            }
            (Program::Decline(_, slot), At::Decline(step)) => {
                answer::step(slot, &step, call).map(At::Decline)
            }
            (Program::Revoke(_, slot) | Program::Update(_, slot), At::Manage(step)) => {
                manage::step(slot, &step, call).map(At::Manage)
            }
            (Program::Member(asked), At::Member(step)) => {
                people::step(asked, &step, call).map(At::Member)
            }
            (Program::Freeze(_) | Program::Delete(_), At::Group(step)) => {
                group::step(&step, call).map(At::Group)
            }
            (Program::Follow(item, _), At::Follow(step)) => {
                follow::step(item, &step, call).map(At::Follow)
            }
            (Program::Tick, At::Tick(step)) => tick::step(&step, call).map(At::Tick),
            (program, at) => unreachable!("{program:?} never is at {at:?}"),
        }
    }
}
