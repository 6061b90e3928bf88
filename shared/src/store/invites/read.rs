//! Reads of invites, with what a decision about them needs.

use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::domain::user::User;
use crate::store::access::{self, MOST_KEYS};
use crate::store::items::{self, PointerItem};
use crate::store::{Store, StoreError, keys};

/// What making an invite is decided on: one round trip, all as last written.
#[derive(Debug)]
pub struct CreateReads {
    /// The group, if it lives.
    pub group: Option<Group>,
    /// The inviter's membership.
    pub inviter: Option<Member>,
    /// What stands under the invite's own id.
    pub existing: Option<Invite>,
    /// The invited user's own membership, where a user id is invited.
    pub invited_member: Option<Member>,
    /// The invited user, where a user id is invited.
    pub invited_user: Option<User>,
    /// The user who holds the invited address, number or account.
    pub holder: Option<UserId>,
}

impl Store {
    /// Everything that making the invite `id` by `inviter` is decided on. `identity` is what the
    /// invitee must prove, `invited_user` the user who is invited by id.
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
        // Nobody invites themselves, and a batch may not name one key twice.
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
            group: self.live_group(group, found.remove(&group_key))?,
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

    /// The invite, as last written.
    pub async fn invite(
        &self,
        group: &GroupId,
        id: InviteId,
    ) -> Result<Option<Invite>, StoreError> {
        self.get(keys::invite(group, id)).await?.map(items::to_invite).transpose()
    }

    /// The invites under these ids, as last written; absent ones are left out.
    pub async fn invites(
        &self,
        group: &GroupId,
        ids: &[InviteId],
    ) -> Result<Vec<Invite>, StoreError> {
        let found = self.get_many(ids.iter().map(|id| keys::invite(group, *id)).collect()).await?;
        found.into_values().map(items::to_invite).collect()
    }

    /// Whether an invite of this id, in any state, leads into one of the groups (at most 100).
    pub async fn any_has_invite(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<bool, StoreError> {
        let found =
            self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
        Ok(!found.is_empty())
    }

    /// The invite together with its group, if that lives, as last written.
    pub async fn invite_and_group(
        &self,
        group: &GroupId,
        id: InviteId,
    ) -> Result<(Option<Invite>, Option<Group>), StoreError> {
        let (invite_key, group_key) = (keys::invite(group, id), keys::group(group));
        let mut found = self.get_many(vec![invite_key.clone(), group_key.clone()]).await?;
        let invite = found.remove(&invite_key).map(items::to_invite).transpose()?;
        Ok((invite, self.live_group(group, found.remove(&group_key))?))
    }

    /// The invites of this id in any of the groups, as last written.
    pub async fn invites_of_id(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<Vec<Invite>, StoreError> {
        let mut invites = Vec::new();
        for groups in groups.chunks(MOST_KEYS) {
            let found =
                self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
            invites
                .extend(found.into_values().map(items::to_invite).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(invites)
    }
}
