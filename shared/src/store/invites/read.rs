//! Reads of invites, with the records that a decision about them needs.

use std::collections::{BTreeMap, HashMap};

use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::Invite;
use crate::domain::member::Member;
use crate::domain::user::User;
use crate::store::access::{self, Item, MAX_KEYS, text};
use crate::store::items::{self, PointerItem};
use crate::store::keys::Key;
use crate::store::readable::{readable, readable_one};
use crate::store::{Store, StoreError, keys};

/// The keys of what the creation of an invite depends on.
#[derive(Clone, Copy, Debug)]
pub struct CreateKeys<'a> {
    /// The group.
    pub group: &'a GroupId,
    /// The inviter.
    pub inviter: &'a UserId,
    /// Whether to read the inviter's record in the directory, which has the inviter's name.
    pub inviter_user: bool,
    /// The id of the invite.
    pub id: InviteId,
    /// The identity that the invitee must prove.
    pub identity: Option<&'a Identity>,
    /// The user who is invited by id.
    pub invited_user: Option<&'a UserId>,
    /// The invite that the new one replaces.
    pub replaces: Option<InviteId>,
}

/// The records that the creation of an invite depends on, all read consistently in one round trip.
#[derive(Clone, Debug)]
pub struct CreateReads {
    /// The group, unless it was deleted.
    pub group: Option<Group>,
    /// The inviter's membership.
    pub inviter: Option<Member>,
    /// The inviter's record in the directory.
    pub inviter_user: Option<User>,
    /// The invite that is stored under the new invite's id.
    pub existing: Option<Invite>,
    /// The invited user's membership, if a user id is invited.
    pub invited_member: Option<Member>,
    /// The invited user, if a user id is invited.
    pub invited_user: Option<User>,
    /// The user who holds the invited address, number or account.
    pub holder: Option<UserId>,
    /// The invitee keys of the holder's identities, as the pointer names them. They may be out of
    /// date (ADR 0048).
    pub holder_keys: Vec<String>,
    /// The invite that the new one replaces.
    pub replaced: Option<Invite>,
}

/// The records that an act on many invites of a group depends on.
#[derive(Debug)]
pub struct ManyReads {
    /// The group, unless it was deleted.
    pub group: Option<Group>,
    /// The caller's membership.
    pub member: Option<Member>,
    /// The invites that exist, with `Corrupt` for those that cannot be read.
    pub invites: BTreeMap<InviteId, Result<Invite, StoreError>>,
}

impl CreateKeys<'_> {
    fn invite(&self) -> Key {
        keys::invite(self.group, self.id)
    }

    fn inviter(&self) -> Key {
        keys::member(self.group, self.inviter)
    }

    fn pointer(&self) -> Option<Key> {
        self.identity.map(keys::pointer)
    }

    /// An inviter can't invite themselves, so the inviter's own membership is not read as the
    /// invitee's.
    fn invited_member(&self) -> Option<Key> {
        let key = self.invited_user.map(|user| keys::member(self.group, user));
        key.filter(|key| *key != self.inviter())
    }

    fn invited_user(&self) -> Option<Key> {
        self.invited_user.map(keys::user)
    }

    fn inviter_user(&self) -> Option<Key> {
        self.inviter_user.then(|| keys::user(self.inviter))
    }

    fn replaced(&self) -> Option<Key> {
        self.replaces.map(|id| keys::invite(self.group, id))
    }

    fn all(&self) -> impl Iterator<Item = Key> {
        let always = [keys::group(self.group), self.inviter(), self.invite()];
        let optional = [
            self.pointer(),
            self.invited_member(),
            self.invited_user(),
            self.inviter_user(),
            self.replaced(),
        ];
        always.into_iter().chain(optional.into_iter().flatten())
    }
}

impl Store {
    /// Reads the records that the creation of an invite depends on.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn read_for_create(&self, wanted: CreateKeys<'_>) -> Result<CreateReads, StoreError> {
        let found = self.get_all(wanted.all().collect()).await?;
        self.create_reads(wanted, &found)
    }

    /// Reads the records that the creation of each of these invites depends on, in batches of 100
    /// keys. Returns them in the order of `wanted`, with `Corrupt` for those of which one cannot be
    /// read.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn read_for_creates(
        &self,
        wanted: &[CreateKeys<'_>],
    ) -> Result<Vec<Result<CreateReads, StoreError>>, StoreError> {
        let found = self.get_all(wanted.iter().flat_map(CreateKeys::all).collect()).await?;
        Ok(wanted.iter().map(|wanted| self.create_reads(*wanted, &found)).collect())
    }

    fn create_reads(
        &self,
        wanted: CreateKeys<'_>,
        found: &HashMap<Key, Item>,
    ) -> Result<CreateReads, StoreError> {
        // Not removed, because an item may play two parts, and others may want it too.
        let item = |key: Option<Key>| key.and_then(|key| found.get(&key).cloned());
        let pointer = item(wanted.pointer());
        let pointer =
            pointer.map(|item| access::read::<PointerItem>(item, "pointer")).transpose()?;
        let (holder, holder_keys) =
            pointer.map(|pointer| (pointer.user, pointer.holder_keys)).unzip();
        Ok(CreateReads {
            group: self.existing_group(wanted.group, item(Some(keys::group(wanted.group))))?,
            inviter: self.current_member(item(Some(wanted.inviter())))?,
            inviter_user: item(wanted.inviter_user())
                .and_then(|item| readable_one(item, items::to_user)),
            existing: item(Some(wanted.invite())).map(items::to_invite).transpose()?,
            invited_member: self.current_member(item(wanted.invited_member()))?,
            invited_user: item(wanted.invited_user()).map(items::to_user).transpose()?,
            holder,
            holder_keys: holder_keys.unwrap_or_default(),
            replaced: item(wanted.replaced()).map(items::to_invite).transpose()?,
        })
    }

    /// Returns the group, unless it was deleted, the user's membership in it and the invite, read
    /// consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn group_member_and_invite(
        &self,
        group: &GroupId,
        user: &UserId,
        id: InviteId,
    ) -> Result<(Option<Group>, Option<Member>, Option<Invite>), StoreError> {
        let (group_key, member_key, invite_key) =
            (keys::group(group), keys::member(group, user), keys::invite(group, id));
        let wanted = vec![group_key.clone(), member_key.clone(), invite_key.clone()];
        let mut found = self.get_many(wanted).await?;
        let member = self.current_member(found.remove(&member_key))?;
        let invite = found.remove(&invite_key).map(items::to_invite).transpose()?;
        Ok((self.existing_group(group, found.remove(&group_key))?, member, invite))
    }

    /// Reads what [`Store::group_member_and_invite`] reads, for many invites: in batches of 100
    /// keys.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn group_member_and_invites(
        &self,
        group: &GroupId,
        user: &UserId,
        ids: &[InviteId],
    ) -> Result<ManyReads, StoreError> {
        let (group_key, member_key) = (keys::group(group), keys::member(group, user));
        let invite_keys = ids.iter().map(|id| keys::invite(group, *id));
        let wanted = [group_key.clone(), member_key.clone()].into_iter().chain(invite_keys);
        let mut found = self.get_all(wanted.collect()).await?;
        let member = self.current_member(found.remove(&member_key))?;
        let group_item = found.remove(&group_key);
        let invites = ids.iter().filter_map(|id| {
            Some((*id, items::to_invite(found.remove(&keys::invite(group, *id))?)))
        });
        let invites = invites.collect();
        Ok(ManyReads { group: self.existing_group(group, group_item)?, member, invites })
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

    /// Returns the invites with these ids, read consistently. Absent invites are left out.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn invites(
        &self,
        group: &GroupId,
        ids: &[InviteId],
    ) -> Result<Vec<Invite>, StoreError> {
        let found = self.get_all(ids.iter().map(|id| keys::invite(group, *id)).collect()).await?;
        Ok(readable(found.into_values(), items::to_invite))
    }

    /// Returns the groups that have an invite with this id, in any state, as the index `by_id` has
    /// them. The index may lag.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn groups_with_invite(&self, id: InviteId) -> Result<Vec<GroupId>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_id")
            .key_condition_expression("by_id_pk = :pk")
            .expression_attribute_values(":pk", text(keys::id_partition(id)));
        let found = query.send().await?.items.unwrap_or_default();
        let partitions = found.iter().filter_map(|item| item.get("pk")?.as_s().ok());
        Ok(partitions.filter_map(|pk| keys::group_of_partition(pk)).collect())
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
        let found = self.invites_and_groups(&[(group, id)]).await?.pop();
        found.unwrap_or(Ok((None, None)))
    }

    /// Returns each of the invites and its group as [`Store::invite_and_group`] does, in the order of
    /// `wanted`. An item that cannot be read is an error of its own invites alone.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn invites_and_groups(
        &self,
        wanted: &[(&GroupId, InviteId)],
    ) -> Result<Vec<Result<(Option<Invite>, Option<Group>), StoreError>>, StoreError> {
        let mut all = Vec::new();
        // Each has two keys.
        for wanted in wanted.chunks(MAX_KEYS / 2) {
            let keys = wanted
                .iter()
                .flat_map(|(group, id)| [keys::invite(group, *id), keys::group(group)]);
            // The same invite may be wanted twice, and so may its group.
            let found = self.get_many(keys.collect()).await?;
            all.extend(wanted.iter().map(|(group, id)| {
                let invite = found.get(&keys::invite(group, *id)).cloned();
                let invite = invite.map(items::to_invite).transpose()?;
                let stored = found.get(&keys::group(group)).cloned();
                Ok((invite, self.existing_group(group, stored)?))
            }));
        }
        Ok(all)
    }

    /// Returns the invites with this id in any of the groups, read consistently.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn invites_of_id(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<Vec<Invite>, StoreError> {
        let mut invites = Vec::new();
        for groups in groups.chunks(MAX_KEYS) {
            let found =
                self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
            invites.extend(readable(found.into_values(), items::to_invite));
        }
        Ok(invites)
    }
}
