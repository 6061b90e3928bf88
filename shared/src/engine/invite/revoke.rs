//! Revoking: the group takes an invite back.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, State};
use crate::domain::rule::InviteRule;
use crate::engine::authority::{may_invite, member_of};
use crate::engine::{Conflict, Engine, NotFound, Outcome};

impl Engine {
    /// Ends the invite by the group's will. Revoking again gives the same record.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` for members who may not invite
    /// and did not make it, `InviteNotFound`, `NotPending` with the state found, and the table's
    /// own.
    pub async fn revoke_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Invite> {
        let invite = self.managed(caller, group, id, rule).await?;
        let revoked = match invite.revoke(Some(&caller.user), now) {
            Ok(revoked) => revoked,
            Err(State::Revoked) => return Ok(invite),
            Err(other) => return Err(Conflict::NotPending(other).into()),
        };
        if let Some(revoked) = self.store.end_invite(&revoked).await? {
            return Ok(revoked);
        }
        let found = self.store.invite(group, id).await?.ok_or(NotFound::Invite)?;
        match found.state(now) {
            State::Revoked => Ok(found),
            other => Err(Conflict::NotPending(other).into()),
        }
    }

    /// One invite of the group, for who may handle it.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden` for members who may not invite
    /// and did not make it, `InviteNotFound`, and the table's own.
    pub async fn get_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<Invite> {
        self.managed(caller, group, id, rule).await
    }

    pub(in crate::engine) async fn managed(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
    ) -> Outcome<Invite> {
        let reads = self.store.read_for_create(group, &caller.user, id, None, None).await?;
        let (group, member) = member_of(caller, reads.group, reads.inviter)?;
        let own = reads.existing.as_ref().is_some_and(|invite| invite.created_by.id == caller.user);
        if !own {
            may_invite(rule, &group, &member)?;
        }
        reads.existing.ok_or(NotFound::Invite.into())
    }
}
