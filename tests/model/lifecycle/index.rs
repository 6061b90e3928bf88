//! The index of a group's invites. It may not show an invite that was written just now.

use super::conditions::{Condition, Without};
use super::rows::{INVITES, InviteRow, Person, Seconds, Slot};
use super::table::Table;

/// Returns the invites that the person granted and that await their invitees, as the index shows them. Each bit of `hidden`
/// hides one of those that the index need not show yet.
pub(super) fn granted_by(
    table: &Table,
    granter: Person,
    now: Seconds,
    (hidden, without): (u8, Without),
) -> impl Iterator<Item = (Slot, InviteRow)> {
    let shown = move |slot: usize| {
        let invite = table.invites[slot].filter(|invite| {
            let is_shown = match without.has(Condition::Reopened) {
                true => invite.ended.is_none(),
                false => invite.is_awaiting(),
            };
            is_shown && invite.granter == granter && invite.expires_at.is_none_or(|end| end > now)
        })?;
        let is_hidden = table.notes.fresh[slot] && hidden & (1 << slot) != 0;
        (!is_hidden).then_some((slot as Slot, invite))
    };
    (0..INVITES).filter_map(shown)
}

/// The number of ways in which an index can hide invites.
pub(super) const WAYS: u8 = 1 << INVITES;

/// Returns whether this way of hiding differs from every smaller one.
pub(super) fn is_distinct(table: &Table, hidden: u8) -> bool {
    (0..INVITES).all(|slot| hidden & (1 << slot) == 0 || table.notes.fresh[slot])
}
