//! The consequences of joining, and of losing a right.

use super::MOST_AT_ONCE;
use crate::domain::acceptance::granter_may;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::invite::{RevokeReason, Transition};
use crate::domain::member::Member;
use crate::engine::{Engine, Fault, Progress};
use crate::store::{Awaiting, Right, StoredGroup};

impl Engine {
    /// Ends the other pending invites of a person who joined, or removes a member of a deleted
    /// group.
    pub(super) async fn follow_joining(
        &self,
        joined: &Member,
        now: Timestamp,
    ) -> Result<Progress, Fault> {
        let Member { group, user, .. } = joined;
        let (found, member) = self.store.stored_group_and_member(group, user).await?;
        // A person who left since then may have been invited again.
        let Some(member) = member else { return Ok(Progress::Done) };
        match found {
            Some(StoredGroup::Active(_)) => {}
            Some(StoredGroup::Deleted { tombstone, .. }) => {
                let by = tombstone.by.unwrap_or(Author::System);
                self.store.delete_member(&member, &by, now).await?;
                return Ok(Progress::Done);
            }
            None => return Ok(Progress::Done),
        }
        let by = Author::User(user.clone());
        for revoked in self.revocations_for(&member, RevokeReason::Joined, &by, now).await? {
            // The person may leave and be invited again at this moment.
            self.store.end_invite_by_right(&revoked, Right::Member(&member)).await?;
        }
        Ok(Progress::Done)
    }

    /// Ends the invites that await their invitees and that a removed or demoted member can no longer
    /// make.
    pub(super) async fn follow_loss(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<Progress, Fault> {
        let Member { group, user, .. } = member;
        let (found, member) = self.store.group_and_member(group, user).await?;
        // The deletion of the group ends its invites.
        let Some(found) = found else { return Ok(Progress::Done) };
        let (mut done, mut failure) = (0, None);
        let (mut left, mut from) = (Awaiting::ALL.into_iter(), None);
        let mut awaiting = left.next();
        while let Some(shown) = awaiting {
            let (page, next) =
                self.store.awaiting_invites_by((group, user), shown, from, now).await?;
            let orphans =
                page.iter().filter(|invite| !granter_may(&found, member.as_ref(), invite));
            let revoked = orphans.map(|it| it.revoke(RevokeReason::InviterGone, None, now));
            let revoked: Vec<Transition> = revoked.filter_map(Result::ok).collect();
            done += revoked.len();
            failure = failure.or(self.end_each(revoked).await.failure);
            from = next;
            if from.is_none() {
                awaiting = left.next();
            }
            if done >= MOST_AT_ONCE {
                break;
            }
        }
        match (failure, awaiting) {
            (Some(error), _) => Err(error.into()),
            (None, None) => Ok(Progress::Done),
            (None, Some(_)) => Ok(Progress::More),
        }
    }
}
