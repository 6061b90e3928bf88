//! Freezing and deleting the group (engine/group/change.rs, engine/group/delete.rs).

use super::call::{Call, Next};
use super::clear;
use super::notes::Breach;
use super::rows::{GroupRow, Person};
use super::table::Right;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    Freeze(GroupRow, Right),
    Delete(Right),
    Clear(clear::Step),
}

pub(super) fn freeze(by: Person, call: &mut Call<'_>) -> Next<Step> {
    let group = call.table.existing_group().filter(|group| !group.is_frozen);
    let owner = call.table.member(by, call.clock).filter(|member| member.is_owner());
    Next::go(group.zip(owner).map(|(group, owner)| Step::Freeze(group, (by, owner))))
}

pub(super) fn delete(by: Person, call: &mut Call<'_>) -> Next<Step> {
    if call.table.group.deleted_by == Some(by) {
        return Next::Go(Step::Clear(clear::Step::Invites));
    }
    let group = call.table.existing_group();
    let owner = call.table.member(by, call.clock).filter(|member| member.is_owner());
    Next::go(group.zip(owner).map(|(_, owner)| Step::Delete((by, owner))))
}

pub(super) fn step(step: &Step, call: &mut Call<'_>) -> Next<Step> {
    let (is_written, right, next) = match step {
        Step::Freeze(group, right) => {
            (call.table.update_group((group, true), right, call.without), right, Next::Done)
        }
        Step::Delete(right) => {
            let clear = Next::Go(Step::Clear(clear::Step::Invites));
            (call.table.delete_group(right, call.without), right, clear)
        }
        Step::Clear(step) => return clear::step(step, call).map(Step::Clear),
    };
    let actor = call.table.member(right.0, call.now);
    if is_written && !actor.is_some_and(|member| member.is_owner()) {
        call.table.notes.breaks(Breach::WithoutRight);
    }
    if is_written { next } else { Next::Again }
}
