//! Revoking and changing an invite (engine/invite/revoke.rs, engine/invite/update.rs).

use shared::domain::role::Rank;

use super::call::{Call, Next};
use super::notes::Breach;
use super::rows::{GroupRow, InviteRow, MemberRow, Person, Slot};
use super::rules::{self, Doing};
use super::table::{Ending, Right};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Revokes the caller's own invite.
    RevokeOwn(Ending),
    /// Revokes another person's invite.
    Revoke(Ending, Right),
    /// Replaces the invite.
    Rewrite(Ending, Right),
}

fn read((by, slot): (Person, Slot), call: &Call<'_>) -> Option<(GroupRow, MemberRow, InviteRow)> {
    let group = call.table.existing_group()?;
    Some((group, call.table.member(by, call.clock)?, *call.table.invite(slot)?))
}

pub(super) fn revoke((by, slot): (Person, Slot), call: &mut Call<'_>) -> Next<Step> {
    let Some((group, member, invite)) = read((by, slot), call) else { return Next::Done };
    let is_own = invite.creator == by;
    if !is_own && !rules::may_invite(&group, &member) {
        return Next::Done;
    }
    Next::go(rules::change(slot, &invite, Doing::Revoke, call.now).map(|after| match is_own {
        true => Step::RevokeOwn((invite, after)),
        false => Step::Revoke((invite, after), (by, member)),
    }))
}

/// Makes the membership temporary and its role that of an editor.
pub(super) fn update((by, slot): (Person, Slot), call: &mut Call<'_>) -> Next<Step> {
    let Some((group, member, invite)) = read((by, slot), call) else { return Next::Done };
    let may_grant = invite.roles <= member.rank && Rank::Editor <= member.rank;
    let may = rules::may_invite(&group, &member) && may_grant && !group.is_frozen;
    if !may || invite.is_temporary {
        return Next::Done;
    }
    let after = rules::change(slot, &invite, Doing::Update(by, member), call.now);
    Next::go(after.map(|after| Step::Rewrite((invite, after), (by, member))))
}

pub(super) fn step(slot: Slot, step: &Step, call: &mut Call<'_>) -> Next<Step> {
    let (now, without) = (call.now, call.without);
    let has_lost = |(actor, _): Right, call: &Call<'_>| {
        let member = call.table.member(actor, call.now);
        !member.is_some_and(|member| rules::may_invite(&call.table.group, &member))
    };
    let (is_written, has_lost) = match *step {
        Step::RevokeOwn(ending) => (call.table.end(slot, &ending, now, without), false),
        Step::Revoke(ending, right) => {
            let has_lost = has_lost(right, call);
            (call.table.end_by_right(slot, &ending, &right, (now, without)), has_lost)
        }
        Step::Rewrite(ending, right) => {
            let has_lost = has_lost(right, call);
            (call.table.rewrite(slot, &ending, &right, without), has_lost)
        }
    };
    if is_written && has_lost {
        call.table.notes.breaks(Breach::WithoutRight);
    }
    if is_written { Next::Done } else { Next::Again }
}
