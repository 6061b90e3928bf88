//! Declining an invite (engine/invite/decline.rs).

use super::call::{Call, Next};
use super::rows::{Person, Slot};
use super::rules::{self, Doing};
use super::table::Ending;

/// The write that declines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Step(Ending);

/// `by` is `None` for a caller who did not sign in.
pub(super) fn first((by, slot): (Option<Person>, Slot), call: &mut Call<'_>) -> Next<Step> {
    let invite = call.table.invite(slot).filter(|invite| !invite.is_link()).copied();
    Next::go(invite.and_then(|invite| {
        let after = rules::change(slot, &invite, Doing::Decline(by), call.now)?;
        Some(Step((invite, after)))
    }))
}

pub(super) fn step(slot: Slot, Step(ending): &Step, call: &mut Call<'_>) -> Next<Step> {
    match call.table.end(slot, ending, call.now, call.without) {
        true => Next::Done,
        false => Next::Again,
    }
}
