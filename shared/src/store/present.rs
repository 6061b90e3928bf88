//! One read of the groups, members and users that a page or a mail shows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::access;
use super::items::PointerItem;
use super::keys::Key;
use super::readable::readable_one;
use super::{Store, StoreError, items, keys};
use crate::domain::block::Blocked;
use crate::domain::email::EmailAddress;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Suppression;
use crate::domain::member::Member;
use crate::domain::user::User;

/// The records to read. Each is read once, however often it is named.
#[derive(Clone, Debug, Default)]
pub struct WantedRecords {
    /// The groups.
    pub groups: BTreeSet<GroupId>,
    /// The memberships.
    pub members: BTreeSet<(GroupId, UserId)>,
    /// The users.
    pub users: BTreeSet<UserId>,
    /// The identities whose holders are asked for.
    pub identities: Vec<Identity>,
    /// The people with the senders whom they may block.
    pub blocks: Vec<(UserId, Blocked)>,
    /// The address that may be suppressed.
    pub address: Option<EmailAddress>,
}

/// The records that exist.
#[derive(Clone, Debug, Default)]
pub struct FoundRecords {
    /// The groups that were not deleted.
    pub groups: BTreeMap<GroupId, Group>,
    /// The memberships.
    pub members: BTreeMap<(GroupId, UserId), Member>,
    /// The users, also pending ones.
    pub users: BTreeMap<UserId, User>,
    /// The users who hold the identities.
    pub holders: BTreeSet<UserId>,
    /// The senders who are blocked.
    pub blocked: HashSet<Blocked>,
    /// Why the address gets no mail. `None` if it is not suppressed.
    pub suppression: Option<Suppression>,
}

impl Store {
    /// Returns the wanted records that exist and can be read, read consistently in batches of 100
    /// keys.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn records(&self, wanted: &WantedRecords) -> Result<FoundRecords, StoreError> {
        let WantedRecords { groups, members, users, identities, blocks, address } = wanted;
        let suppressions: Vec<Key> =
            address.iter().flat_map(|address| self.suppression_keys(address)).collect();
        let stored = groups.iter().filter(|group| **group != self.application.id);
        let keys: Vec<Key> = stored
            .map(keys::group)
            .chain(members.iter().map(|(group, user)| keys::member(group, user)))
            .chain(users.iter().map(keys::user))
            .chain(identities.iter().map(keys::pointer))
            .chain(blocks.iter().map(|(user, of)| keys::block(user, of)))
            .chain(suppressions.iter().cloned())
            .collect();
        let mut found = self.get_all(keys).await?;
        let mut records = FoundRecords::default();
        for id in groups {
            let group = match found.remove(&keys::group(id)) {
                Some(item) => {
                    readable_one(item, |item| self.existing_group(id, Some(item))).flatten()
                }
                None => self.existing_group(id, None)?,
            };
            records.groups.extend(group.map(|group| (id.clone(), group)));
        }
        for id in members {
            let item = found.remove(&keys::member(&id.0, &id.1));
            let member = self.current_members(item).pop();
            records.members.extend(member.map(|member| (id.clone(), member)));
        }
        for id in users {
            let item = found.remove(&keys::user(id));
            let user = item.and_then(|item| readable_one(item, items::to_user));
            records.users.extend(user.map(|user| (id.clone(), user)));
        }
        for identity in identities {
            let read = |item| access::read::<PointerItem>(item, "pointer");
            let pointer = found.remove(&keys::pointer(identity));
            let pointer = pointer.and_then(|item| readable_one(item, read));
            records.holders.extend(pointer.map(|pointer| pointer.user));
        }
        // An item that cannot be read blocks too.
        let is_blocked =
            |(user, of): &&(UserId, Blocked)| found.contains_key(&keys::block(user, of));
        records.blocked.extend(blocks.iter().filter(is_blocked).map(|(_, of)| of.clone()));
        for key in &suppressions {
            // A mail must wait for an item that cannot be read, because it may forbid the mail.
            let found = found.remove(key).map(items::to_suppression).transpose()?;
            let reason = |one: &Suppression| one.reason;
            records.suppression = records.suppression.into_iter().chain(found).max_by_key(reason);
        }
        Ok(records)
    }
}
