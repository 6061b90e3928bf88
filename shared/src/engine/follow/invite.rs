//! The consequences of an invite that was written while something took its ground away.

use crate::domain::acceptance::{granter_may, right_is_proven};
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, RevokeReason};
use crate::domain::rule::InviteRule;
use crate::domain::token::TokenSubject;
use crate::engine::{Engine, Fault, Progress};

impl Engine {
    /// Returns for each of these subjects whether its invite has ended, or nothing has taken its ground
    /// away, as far as the invite and its group tell. It is `false` without a subject, and for an
    /// invite that cannot be read.
    pub(super) async fn are_grounded(
        &self,
        subjects: &[Option<&TokenSubject>],
        now: Timestamp,
    ) -> Result<Vec<bool>, Fault> {
        let wanted = subjects.iter().flatten().map(|subject| (&subject.group, subject.invite));
        let found = self.store.invites_and_groups(&wanted.collect::<Vec<_>>()).await?;
        let mut found = found.into_iter();
        let grounded = subjects.iter().map(|subject| {
            let (Some(subject), Some(Ok((invite, group)))) =
                (subject, subject.and_then(|_| found.next()))
            else {
                return false;
            };
            match (invite.filter(|invite| is_current(invite, subject, now)), group) {
                (None, _) => true,
                (Some(invite), Some(group)) => right_is_proven(&group, &invite),
                (Some(_), None) => false,
            }
        });
        Ok(grounded.collect())
    }

    /// Ends an invite into a deleted group, or of an inviter who can no longer make it. The request
    /// that wrote it had read the group or the inviter before.
    pub(super) async fn follow_invite(
        &self,
        subject: &TokenSubject,
        now: Timestamp,
    ) -> Result<Progress, Fault> {
        let (invite, group) = self.store.invite_and_group(&subject.group, subject.invite).await?;
        let current = invite.filter(|invite| is_current(invite, subject, now));
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

/// Returns whether the invite is still the one of the change, and can still be accepted.
fn is_current(invite: &Invite, subject: &TokenSubject, now: Timestamp) -> bool {
    invite.generation == subject.generation && invite.awaits_invitee(now)
}
