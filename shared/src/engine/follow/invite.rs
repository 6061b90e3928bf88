//! The consequences of an invite that was written while something took its ground away.

use crate::domain::acceptance::{granter_may, right_is_proven};
use crate::domain::clock::Timestamp;
use crate::domain::invite::RevokeReason;
use crate::domain::rule::InviteRule;
use crate::domain::token::TokenSubject;
use crate::engine::{Engine, Fault, Progress};

impl Engine {
    /// Ends an invite into a deleted group, or of an inviter who can no longer make it. The request
    /// that wrote it had read the group or the inviter before.
    pub(super) async fn follow_invite(
        &self,
        subject: &TokenSubject,
        now: Timestamp,
    ) -> Result<Progress, Fault> {
        let (invite, group) = self.store.invite_and_group(&subject.group, subject.invite).await?;
        let current =
            invite.filter(|it| it.generation == subject.generation && it.awaits_invitee(now));
        let Some(invite) = current else { return Ok(Progress::Done) };
        let granter = &invite.granted_by.id;
        let revoked = match group {
            Some(group) if right_is_proven(&group, &invite) => return Ok(Progress::Done),
            Some(group) => {
                let member = self.store.member(&group.id, granter).await?;
                // A policy may change back, so it ends nothing by itself.
                let demoted = member
                    .as_ref()
                    .is_none_or(|member| member.roles.rank() < invite.granted_by.rank);
                let by_policy = invite.terms.rule == InviteRule::Policy && !demoted;
                if by_policy || granter_may(&group, member.as_ref(), &invite) {
                    return Ok(Progress::Done);
                }
                invite.revoke(RevokeReason::InviterGone, None, now)
            }
            None => match self.tombstone(&subject.group, &invite.created_by.id).await? {
                Some(by) => invite.revoke(RevokeReason::GroupDeleted, by.as_ref(), now),
                None => return Ok(Progress::Done),
            },
        };
        if let Ok(revoked) = revoked {
            self.store.end_invite(&revoked).await?;
        }
        Ok(Progress::Done)
    }
}
