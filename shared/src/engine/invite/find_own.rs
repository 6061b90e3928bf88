//! A caller's own invites by what little a client may know of one: its group, or its id alone.

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::engine::{Engine, Forbidden, InviteRef, NotFound, Outcome};
use crate::store::InviteList;

/// How many invites or memberships are read at once.
const PAGE: i32 = 100;

impl Engine {
    /// The caller's live invites into the group, in the order of the keys that they prove to be; as
    /// last written.
    ///
    /// # Errors
    /// The table's own.
    pub async fn own_invites_into(
        &self,
        caller: &Caller,
        group: &GroupId,
        now: Timestamp,
    ) -> Outcome<Vec<Invite>> {
        self.pending_invites_for(&caller.invitee_keys(), group, now).await
    }

    /// The live invites into the group that are for these invitee keys, in the keys' order; as last
    /// written.
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

    /// Ends the caller's invite of this id by their will. Declining again gives the same record.
    ///
    /// # Errors
    /// `Forbidden` where it is somebody else's invite into a group of the caller's,
    /// `InviteNotFound` where it is another or none, those of [`Engine::decline_invite`], and the
    /// table's own.
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
            None if self.is_of_own_group(caller, id).await? => Err(Forbidden::SomebodyElses.into()),
            None => Err(NotFound::Invite.into()),
        }
    }

    /// The group of the caller's own invite of this id, whatever its state; it may lag by moments.
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

    /// Whether one of the groups that the caller is a member of has an invite of this id.
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
