//! Deleting a group.

use crate::auth::Caller;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::RevokeReason;
use crate::engine::authority::actor_of;
use crate::engine::{Engine, Forbidden, NotFound, Outcome, Unavailable};
use crate::store::{DeleteGroupOutcome, StoreError, StoredGroup};

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;
/// The number of invites and members after which a request leaves the rest to the table's stream.
const MOST_AT_ONCE: usize = 500;
/// Maximum number of members in one read.
const PAGE: i32 = 100;

/// How much of the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All of it.
    Done,
    /// A part. The next call continues.
    More,
}

impl Engine {
    /// Deletes the group: leaves a tombstone, so that its id is never used again, ends its pending
    /// invites and removes its members. Deleting it again is a success for the user who deleted it.
    ///
    /// # Errors
    /// `NotFound::Group` if the caller is not a member, `Forbidden::DeletesGroup`, `Fault`.
    pub async fn delete_group(&self, caller: &Caller, id: &GroupId, now: Timestamp) -> Outcome<()> {
        for _ in 0..ATTEMPTS {
            let (found, member) = self.store.stored_group_and_member(id, &caller.user).await?;
            let group = match found {
                Some(StoredGroup::Active(group)) => *group,
                Some(StoredGroup::Deleted { by, .. }) if by.as_ref() == Some(&caller.user) => {
                    return self.clear_now(id, &caller.user, now).await;
                }
                Some(StoredGroup::Deleted { .. }) | None => return Err(NotFound::Group.into()),
            };
            let member = member.ok_or(NotFound::Group)?;
            let (group, actor) = actor_of(caller, Some(group), Some(member))?;
            if !actor.member.roles.is_owner() {
                return Err(Forbidden::DeletesGroup.into());
            }
            let by = (&caller.user, &actor.author());
            match self.store.delete_group(&group, by, actor.right(), now).await? {
                DeleteGroupOutcome::Deleted => return self.clear_now(id, &caller.user, now).await,
                DeleteGroupOutcome::Changed => {}
            }
        }
        Err(Unavailable::Conflicts("the group's record").into())
    }

    /// Ends the first invites and memberships of a deleted group. The table's stream ends the rest,
    /// also after a failure here.
    async fn clear_now(&self, group: &GroupId, by: &UserId, now: Timestamp) -> Outcome<()> {
        if let Err(error) = self.clear_group(group, Some(by), MOST_AT_ONCE, now).await {
            tracing::warn!(%error, "Left the invites and members of a deleted group to the stream");
        }
        Ok(())
    }

    /// Ends at most about `most` invites that await their invitees, and memberships, of a deleted
    /// group: first the invites, then the members.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub(in crate::engine) async fn clear_group(
        &self,
        group: &GroupId,
        by: Option<&UserId>,
        most: usize,
        now: Timestamp,
    ) -> Result<Progress, StoreError> {
        let (mut done, mut from, mut failure) = (0, None, None);
        loop {
            let (page, next) = self.store.awaiting_invites_page(group, from).await?;
            let revoked = page.iter().map(|it| it.revoke(RevokeReason::GroupDeleted, by, now));
            let revoked: Vec<_> = revoked.filter_map(Result::ok).take(most - done).collect();
            done += revoked.len();
            failure = failure.or(self.end_each(revoked).await.failure);
            from = next;
            if done >= most || from.is_none() {
                break;
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let author = by.map_or(Author::System, |by| Author::User(by.clone()));
        while done < most {
            let members = self.store.stored_members(group, PAGE).await?;
            if members.is_empty() {
                return Ok(Progress::Done);
            }
            done += members.len();
            self.remove_each(members, &author, now).await.all()?;
        }
        Ok(Progress::More)
    }
}
