//! Reads of invites, with the records that a decision about them needs.

use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::domain::user::User;
use crate::store::access::{self, MAX_KEYS};
use crate::store::items::{self, PointerItem};
use crate::store::{Store, StoreError, keys};

/// The records that the creation of an invite depends on, all read consistently in one round trip.
#[derive(Debug)]
pub struct CreateReads {
    /// The group, unless it was deleted.
    pub group: Option<Group>,
    /// The inviter's membership.
    pub inviter: Option<Member>,
    /// The invite that is stored under the new invite's id.
    pub existing: Option<Invite>,
    /// The invited user's membership, if a user id is invited.
    pub invited_member: Option<Member>,
    /// The invited user, if a user id is invited.
    pub invited_user: Option<User>,
    /// The user who holds the invited address, number or account.
    pub holder: Option<UserId>,
}

impl Store {
    /// Reads the records that the creation of the invite `id` by `inviter` depends on. `identity`
    /// is the identity that the invitee must prove. `invited_user` is the user who is invited by
    /// id.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn read_for_create(
        &self,
        group: &GroupId,
        inviter: &UserId,
        id: InviteId,
        identity: Option<&Identity>,
        invited_user: Option<&UserId>,
    ) -> Result<CreateReads, StoreError> {
        let (group_key, inviter_key, invite_key) =
            (keys::group(group), keys::member(group, inviter), keys::invite(group, id));
        let pointer_key = identity.map(keys::pointer);
        // An inviter can't invite themselves, so the inviter's own membership is not read as the
        // invitee's.
        let member_key =
            invited_user.map(|user| keys::member(group, user)).filter(|key| *key != inviter_key);
        let user_key = invited_user.map(keys::user);
        let wanted = [group_key.clone(), inviter_key.clone(), invite_key.clone()].into_iter();
        let wanted = wanted
            .chain(pointer_key.clone())
            .chain(member_key.clone())
            .chain(user_key.clone())
            .collect();
        let mut found = self.get_many(wanted).await?;
        let pointer = pointer_key
            .and_then(|key| found.remove(&key))
            .map(|item| access::read::<PointerItem>(item, "pointer"))
            .transpose()?;
        Ok(CreateReads {
            group: self.existing_group(group, found.remove(&group_key))?,
            inviter: found.remove(&inviter_key).map(items::to_member).transpose()?,
            existing: found.remove(&invite_key).map(items::to_invite).transpose()?,
            invited_member: member_key
                .and_then(|key| found.remove(&key))
                .map(items::to_member)
                .transpose()?,
            invited_user: user_key
                .and_then(|key| found.remove(&key))
                .map(items::to_user)
                .transpose()?,
            holder: pointer.map(|pointer| pointer.user),
        })
    }

    /// Returns the invite, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn invite(
        &self,
        group: &GroupId,
        id: InviteId,
    ) -> Result<Option<Invite>, StoreError> {
        self.get(keys::invite(group, id)).await?.map(items::to_invite).transpose()
    }

    /// Returns the invites with these ids (at most 100), read consistently. Absent invites are left
    /// out.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn invites(
        &self,
        group: &GroupId,
        ids: &[InviteId],
    ) -> Result<Vec<Invite>, StoreError> {
        let found = self.get_many(ids.iter().map(|id| keys::invite(group, *id)).collect()).await?;
        found.into_values().map(items::to_invite).collect()
    }

    /// Returns whether any of the groups (at most 100) has an invite with this id, in any state.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn any_has_invite(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<bool, StoreError> {
        let found =
            self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
        Ok(!found.is_empty())
    }

    /// Returns the invite and its group, unless the group was deleted, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn invite_and_group(
        &self,
        group: &GroupId,
        id: InviteId,
    ) -> Result<(Option<Invite>, Option<Group>), StoreError> {
        let (invite_key, group_key) = (keys::invite(group, id), keys::group(group));
        let mut found = self.get_many(vec![invite_key.clone(), group_key.clone()]).await?;
        let invite = found.remove(&invite_key).map(items::to_invite).transpose()?;
        Ok((invite, self.existing_group(group, found.remove(&group_key))?))
    }

    /// Returns the invites with this id in any of the groups, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn invites_of_id(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<Vec<Invite>, StoreError> {
        let mut invites = Vec::new();
        for groups in groups.chunks(MAX_KEYS) {
            let found =
                self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
            invites
                .extend(found.into_values().map(items::to_invite).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(invites)
    }
}
