//! The caller's own invites, by the group or by the invite's id alone.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::GroupType;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, InviteFilter};
use crate::engine::{Engine, Forbidden, InviteRef, NotFound, Outcome};
use crate::store::InviteList;

/// Maximum number of memberships in one read.
const PAGE: i32 = 100;

impl Engine {
    /// Returns the caller's invites into the group that the caller can still accept by their state,
    /// in the order of the caller's invitee keys. Reads consistently.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn own_invites_into(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let mut found = self.invites_for_keys(group, &caller.invitee_keys()).await?;
        found.retain(|invite| invite.awaits_invitee(now));
        Ok(found)
    }

    /// Declines the caller's invite with this id. Declining again returns the same record.
    ///
    /// # Errors
    /// `Forbidden::OtherInvitee` for another person's invite into a group of the caller's, or into
    /// one that is not secret, `NotFound::Invite`, `Conflict::InviteReplaced`,
    /// `Conflict::NotPending`, `Fault`.
    pub async fn decline_own_invite(
        &self,
        caller: &Caller,
        id: InviteId,
        now: Timestamp,
    ) -> Outcome<Invite> {
        match self.group_of_own(caller, id).await? {
            Some(group) => {
                self.decline_invite(Some(caller), &InviteRef::Id(group, id), None, now).await
            }
            None if self.is_known(caller, id).await? => Err(Forbidden::OtherInvitee.into()),
            None => Err(NotFound::Invite.into()),
        }
    }

    /// Returns the group of the caller's own invite with this id, in any state. The index may lag.
    async fn group_of_own(&self, caller: &Caller, id: InviteId) -> Outcome<Option<GroupId>> {
        let list = InviteList::of_invitee(&caller.invitee_keys(), InviteFilter::default());
        Ok(self.store.group_in_list(&list, id).await?)
    }

    /// Returns whether the caller may know of an invite with this id: it leads into a group of the
    /// caller's, or into one that is not secret.
    async fn is_known(&self, caller: &Caller, id: InviteId) -> Outcome<bool> {
        if self.is_of_own_group(caller, id).await? {
            return Ok(true);
        }
        let groups = self.store.groups_with_invite(id).await?;
        let groups = self.store.groups(&groups).await?;
        Ok(groups.iter().any(|group| group.kind != GroupType::Secret && !group.is_application()))
    }

    /// Returns whether a group of the caller's has an invite with this id.
    async fn is_of_own_group(&self, caller: &Caller, id: InviteId) -> Outcome<bool> {
        let mut cursor = None;
        loop {
            let page = self.store.list_memberships(&caller.user, PAGE, cursor.as_deref()).await?;
            let groups: Vec<GroupId> = page.data.into_iter().map(|member| member.group).collect();
            if self.store.any_has_invite(&groups, id).await? {
                return Ok(true);
            }
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(false),
            }
        }
    }
}
