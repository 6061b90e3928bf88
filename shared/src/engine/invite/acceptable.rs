//! Whether an invite can be accepted right now, with the one read that the rule may need.

use std::collections::BTreeSet;

use crate::domain::acceptance::{self, Acceptor, NotAcceptable, right_is_proven};
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::engine::refusal::{Conflict, Denied, Forbidden, Refusal};
use crate::engine::{Engine, Fault};
use crate::store::WantedRecords;

impl Engine {
    /// Returns the membership of the invite's granter, if the rule needs it. Otherwise the invite
    /// and the group prove the right by themselves (ADR 0007).
    pub(in crate::engine) async fn granter(
        &self,
        group: &Group,
        invite: &Invite,
    ) -> Result<Option<Member>, Fault> {
        if right_is_proven(group, invite) {
            return Ok(None);
        }
        // A batch read, because the functions that create invites may make no other read by key.
        let key = (group.id.clone(), invite.granted_by.id.clone());
        let wanted =
            WantedRecords { members: BTreeSet::from([key.clone()]), ..WantedRecords::default() };
        let mut found = self.store.records(&wanted).await?;
        Ok(found.members.remove(&key))
    }

    /// Returns those of these pending invites that can never be accepted again, so that a new one
    /// replaces them. Reads the granters' memberships only where the rule needs them.
    pub(in crate::engine) async fn replaceable(
        &self,
        invites: &[(&Group, &Invite)],
    ) -> Result<BTreeSet<(GroupId, InviteId)>, Fault> {
        let granter =
            |group: &Group, invite: &Invite| (group.id.clone(), invite.granted_by.id.clone());
        let unproven = invites.iter().filter(|(group, invite)| !right_is_proven(group, invite));
        let members = unproven.map(|(group, invite)| granter(group, invite)).collect();
        let wanted = WantedRecords { members, ..WantedRecords::default() };
        let members = self.store.records(&wanted).await?.members;
        let lasts = |group: &Group, invite: &Invite| {
            let member = members.get(&granter(group, invite));
            let checked = acceptance::check(invite, group, member, Acceptor::Invitee);
            checked.is_err_and(|reason| reason.lasts())
        };
        let found = invites.iter().filter(|(group, invite)| lasts(group, invite));
        Ok(found.map(|(group, invite)| (group.id.clone(), invite.id)).collect())
    }
}

impl From<NotAcceptable> for Refusal {
    fn from(reason: NotAcceptable) -> Self {
        match reason {
            NotAcceptable::InviterGone => Denied::InviterGone.into(),
            NotAcceptable::DomainNotAllowed => Denied::DomainNotAllowed.into(),
            NotAcceptable::GroupFrozen => Forbidden::Frozen.into(),
            NotAcceptable::LinksOff => Forbidden::LinksOff.into(),
            NotAcceptable::Paused => Forbidden::LinkPaused.into(),
            NotAcceptable::SeatsFull => Conflict::SeatsFull.into(),
        }
    }
}
