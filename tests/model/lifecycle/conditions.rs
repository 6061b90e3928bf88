//! The conditions of the store's writes, as predicates over rows. The test
//! `the_store_has_the_conditions_of_the_model` compares them with the store's expressions.

use shared::domain::role::Rank;

use super::rows::{Ended, GroupRow, InviteRow, MemberRow, SEATS, Seconds};
use crate::left_out::LeftOut;

/// A condition that a mutated model leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The actor still has the right that was read.
    Actor,
    /// The invite is still in the state that was read.
    State,
    /// The invite still has the generation that was read.
    Generation,
    /// The invite still grants the roles and the period that were read.
    Grant,
    /// The key of a new invite is empty, or has the version that was read.
    Vacant,
    /// The link has a use left.
    Uses,
    /// The person is no member.
    Absent,
    /// Another owner remains.
    Owner,
    /// The group has a free seat.
    Seat,
    /// A removal or demotion ends the invites in its own transaction.
    Together,
    /// It also ends the invites that were declined without a sign-in.
    Reopened,
    /// A deleted group leaves a tombstone.
    Tombstone,
    /// A changed invite still has the version that was read.
    Version,
    /// An acceptance asks whether the granter may still grant.
    Granter,
}

impl From<Condition> for u32 {
    fn from(condition: Condition) -> Self {
        condition as Self
    }
}

/// The conditions that a model leaves out.
pub(super) type Without = LeftOut<Condition>;

/// `IS_PENDING` (store/invites/transition.rs).
fn is_pending(stored: &InviteRow, read: &InviteRow, now: Seconds, without: Without) -> bool {
    (without.has(Condition::State) || stored.ended.is_none())
        && is_of_generation(stored, read, without)
        && stored.expires_at.is_none_or(|end| end > now)
}

/// `IS_REOPENABLE` (store/invites/transition.rs).
fn is_reopenable(stored: &InviteRow, read: &InviteRow, now: Seconds, without: Without) -> bool {
    (without.has(Condition::State) || stored.ended == Some(Ended::Declined(None)))
        && is_of_generation(stored, read, without)
        && stored.expires_at.is_some_and(|end| end > now)
}

fn is_of_generation(stored: &InviteRow, read: &InviteRow, without: Without) -> bool {
    without.has(Condition::Generation) || stored.generation == read.generation
}

/// `SameGrant` (store/invites/transition.rs).
fn grants_the_same(stored: &InviteRow, read: &InviteRow, without: Without) -> bool {
    without.has(Condition::Grant)
        || (stored.roles == read.roles && stored.is_temporary == read.is_temporary)
}

/// `Store::ending`: the write that ends the invite `read` as `after` says.
pub(super) fn may_end(
    stored: &InviteRow,
    (read, after): (&InviteRow, &InviteRow),
    now: Seconds,
    without: Without,
) -> bool {
    let is_as_read = match read.ended {
        Some(Ended::Declined(_)) => is_reopenable(stored, read, now, without),
        Some(_) | None => is_pending(stored, read, now, without),
    };
    match after.ended {
        // `IS_OVER`.
        Some(Ended::Expired) => {
            stored.ended.is_none()
                && stored.version == read.version
                && stored.expires_at.is_some_and(|end| end <= now)
        }
        // `IS_USED_UP`.
        Some(Ended::Exhausted) => {
            stored.ended.is_none()
                && is_of_generation(stored, read, without)
                && read.max_uses.is_some_and(|max| stored.uses >= max)
        }
        Some(Ended::Accepted(_)) => is_as_read && grants_the_same(stored, read, without),
        Some(Ended::Declined(_) | Ended::Revoked) => is_as_read,
        None => false,
    }
}

/// `Store::use_of_link` (store/joining.rs).
pub(super) fn may_use(
    stored: &InviteRow,
    read: &InviteRow,
    now: Seconds,
    without: Without,
) -> bool {
    is_pending(stored, read, now, without)
        && (without.has(Condition::Uses) || read.max_uses.is_some_and(|max| stored.uses < max))
        && grants_the_same(stored, read, without)
}

/// `Store::vacant_put` (store/invites/create.rs).
pub(super) fn is_vacant(
    stored: Option<&InviteRow>,
    read: Option<&InviteRow>,
    without: Without,
) -> bool {
    without.has(Condition::Vacant)
        || stored.map(|invite| invite.version) == read.map(|invite| invite.version)
}

/// `Store::rewriting` (store/invites/transition.rs).
pub(super) fn may_rewrite(stored: &InviteRow, read: &InviteRow, without: Without) -> bool {
    without.has(Condition::Version) || stored.version == read.version
}

/// `UNCHANGED` (store/right.rs).
pub(super) fn is_unchanged(stored: Option<&MemberRow>, read: &MemberRow) -> bool {
    stored.is_some_and(|member| member.joined_at == read.joined_at && member.rank == read.rank)
}

/// `Store::check` with `Right::Member`.
pub(super) fn has_right(stored: Option<&MemberRow>, read: &MemberRow, without: Without) -> bool {
    without.has(Condition::Actor) || is_unchanged(stored, read)
}

/// `Store::delete_of_ended` (store/members.rs).
pub(super) fn has_ended(stored: Option<&MemberRow>, read: &MemberRow, now: Seconds) -> bool {
    is_unchanged(stored, read)
        && stored.is_some_and(|member| member.ends_at.is_some_and(|end| end <= now))
}

/// `Store::group_update` (store/members.rs): the group's part of a change of a member.
pub(super) fn may_lose(
    group: &GroupRow,
    (before, after): (Rank, Option<Rank>),
    without: Without,
) -> bool {
    let loses_an_owner = before == Rank::Owner && after != Some(Rank::Owner);
    !group.is_deleted() && (!loses_an_owner || without.has(Condition::Owner) || group.owners > 1)
}

/// `Store::seat` (store/joining.rs): the group's part of a joining, if it has one.
pub(super) fn has_seat(
    stored: &GroupRow,
    read: &GroupRow,
    joins_as_owner: bool,
    without: Without,
) -> bool {
    let is_written = read.seats.is_some() || joins_as_owner;
    let is_free = without.has(Condition::Seat) || stored.seats.is_none_or(|taken| taken < SEATS);
    !is_written || (!stored.is_deleted() && is_free)
}

/// `Store::update_group` (store/groups.rs).
pub(super) fn may_update(stored: &GroupRow, read: &GroupRow) -> bool {
    !stored.is_deleted() && stored.version == read.version
}
