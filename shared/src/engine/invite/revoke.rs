//! Revoking an invite, and reading one of a group.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, State};
use crate::domain::rule::InviteRule;
use crate::engine::authority::{may_invite, member_of};
use crate::engine::{Conflict, Engine, NotFound, Outcome};

impl Engine {
    /// Revokes the invite. Revoking again returns the same record.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Forbidden::MayNotInvite` if the
    /// caller did not make the invite either, `Conflict::NotPending`, `Fault`.
    pub async fn revoke_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Invite> {
        let invite = self.get_invite(caller, group, id, rule).await?;
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

    /// Returns one invite of the group, if the caller made it or `rule` lets the caller invite.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Forbidden::MayNotInvite`,
    /// `Fault`.
    pub async fn get_invite(
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
