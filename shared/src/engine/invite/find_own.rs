//! The caller's own invites, by the group or by the invite's id alone.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::engine::{Engine, Forbidden, InviteRef, NotFound, Outcome};
use crate::store::InviteList;

/// Maximum number of memberships in one read.
const PAGE: i32 = 100;

impl Engine {
    /// Returns the caller's pending invites into the group, in the order of the caller's invitee
    /// keys. Reads consistently.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn own_invites_into(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        self.pending_invites_for(&caller.invitee_keys(), group, now).await
    }

    /// Returns the pending invites into the group for these invitee keys, in the order of the keys.
    /// Reads consistently.
    pub(in crate::engine) async fn pending_invites_for(
        &self,
        keys: &[String],
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        let ids: Vec<InviteId> = keys.iter().map(|key| InviteId::of(group, key, 0)).collect();
        let mut found = self.store.invites(group, &ids).await?;
        found.retain(|invite| invite.is_pending(now) && keys.contains(&invite.invitee.key()));
        found.sort_by_key(|invite| keys.iter().position(|key| *key == invite.invitee.key()));
        Ok(found)
    }

    /// Declines the caller's invite with this id. Declining again returns the same record.
    ///
    /// # Errors
    /// `Forbidden::OtherInvitee` for another person's invite into a group of the caller's,
    /// `NotFound::Invite`, `Conflict::InviteReplaced`, `Conflict::NotPending`, `Fault`.
    pub async fn decline_own_invite(
        &self,
        caller: &Caller,
        id: InviteId,
        now: Timestamp,
    ) -> Outcome<Invite> {
        match self.group_of_own(caller, id, now).await? {
            Some(group) => {
                self.decline_invite(Some(caller), &InviteRef::Id(group, id), None, now).await
            }
            None if self.is_of_own_group(caller, id).await? => Err(Forbidden::OtherInvitee.into()),
            None => Err(NotFound::Invite.into()),
        }
    }

    /// Returns the group of the caller's own invite with this id, in any state. The index may lag.
    async fn group_of_own(
        &self,
        caller: &Caller,
        id: InviteId,
        now: Timestamp,
    ) -> Outcome<Option<GroupId>> {
        let list = InviteList::all_of_invitee(&caller.invitee_keys());
        let mut cursor = None;
        loop {
            let page = self.store.list_invites(&list, 100, cursor.as_deref(), now).await?;
            if let Some(invite) = page.data.into_iter().find(|invite| invite.id == id) {
                return Ok(Some(invite.group));
            }
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(None),
            }
        }
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
