//! The directory: users, and the pointers that assign each e-mail address, phone number and account
//! to one user.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder};

use super::access::{self, MAX_KEYS, number, text};
use super::items::{self, PointerItem};
use super::keys::Key;
use super::readable::{readable, readable_one};
use super::{Store, StoreError, keys};
use crate::domain::counters::Version;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::User;

/// The outcome of writing a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutUserOutcome {
    /// The user was written.
    Written,
    /// The record has changed since it was read.
    Changed,
    /// An identity of the user belongs to another user.
    IdentityTaken,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    User,
    Identity,
}

impl Store {
    /// Returns the user, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn user(&self, user: &UserId) -> Result<Option<User>, StoreError> {
        self.get(keys::user(user)).await?.map(items::to_user).transpose()
    }

    /// Returns the users with these ids (at most 100 distinct ones), read consistently. Absent
    /// users are left out.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn users(&self, ids: &[&UserId]) -> Result<Vec<User>, StoreError> {
        let found = self.get_many(ids.iter().map(|id| keys::user(id)).collect()).await?;
        Ok(readable(found.into_values(), items::to_user))
    }

    /// Returns the users who hold these identities, by the identity's key. Identities that no user
    /// holds are left out.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn holders(
        &self,
        identities: &[Identity],
    ) -> Result<BTreeMap<String, UserId>, StoreError> {
        let wanted: BTreeMap<String, Key> =
            identities.iter().map(|identity| (identity.key(), keys::pointer(identity))).collect();
        let mut holders = BTreeMap::new();
        for chunk in wanted.into_iter().collect::<Vec<_>>().chunks(MAX_KEYS) {
            let mut found =
                self.get_many(chunk.iter().map(|(_, key)| key.clone()).collect()).await?;
            for (name, key) in chunk {
                let read = |item| access::read::<PointerItem>(item, "pointer");
                let pointer = found.remove(key).and_then(|item| readable_one(item, read));
                holders.extend(pointer.map(|pointer| (name.clone(), pointer.user)));
            }
        }
        Ok(holders)
    }

    /// Returns two distinct users, read consistently. Each is `None` if it does not exist.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn two_users(
        &self,
        first: &UserId,
        second: &UserId,
    ) -> Result<(Option<User>, Option<User>), StoreError> {
        let (first, second) = (keys::user(first), keys::user(second));
        let mut found = self.get_many(vec![first.clone(), second.clone()]).await?;
        let mut take = |key| found.remove(&key).map(items::to_user).transpose();
        Ok((take(first)?, take(second)?))
    }

    /// Returns the user who holds `identity`.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn holder(&self, identity: &Identity) -> Result<Option<UserId>, StoreError> {
        let item = self.get(keys::pointer(identity)).await?;
        Ok(item
            .map(|item| access::read::<PointerItem>(item, "pointer"))
            .transpose()?
            .map(|pointer| pointer.user))
    }

    /// Writes the user over `before`, and updates the pointers to match. Deletes the pending users
    /// in `replaced`, and takes over their pointers.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_user(
        &self,
        user: &User,
        before: Option<&User>,
        replaced: &[User],
    ) -> Result<PutUserOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.add(Part::User, self.put_user_version(user)?)?;
        let held = before.map(|user| user.profile.identities()).unwrap_or_default();
        let wanted = user.profile.identities();
        for identity in held.iter().filter(|identity| !wanted.contains(identity)) {
            transaction.add(Part::Identity, self.drop_pointer(identity, &user.id))?;
        }
        let is_same = held.len() == wanted.len() && held.iter().all(|it| wanted.contains(it));
        // Each pointer names the other identities, so a change of one rewrites all.
        for identity in wanted.iter().filter(|_| !is_same) {
            let from =
                replaced.iter().find(|pending| pending.profile.identities().contains(identity));
            let from = from.map(|pending| &pending.id);
            transaction.add(Part::Identity, self.take_pointer(identity, user, from)?)?;
        }
        for pending in replaced {
            transaction.add(Part::Identity, self.delete_pending_user(pending))?;
        }
        Ok(match transaction.commit().await? {
            Ok(()) => PutUserOutcome::Written,
            Err(refused) if refused.has(Part::User) => PutUserOutcome::Changed,
            Err(_) => PutUserOutcome::IdentityTaken,
        })
    }

    /// Returns the put of a user. Its condition is that the record is still at the previous
    /// version, or does not exist if this is the first version.
    pub(super) fn put_user_version(&self, user: &User) -> Result<PutBuilder, StoreError> {
        let item = items::from_user(user)?;
        if user.version == Version::FIRST {
            return Ok(self.put_if_absent(item));
        }
        Ok(self
            .put(item)
            .condition_expression("version = :before")
            .expression_attribute_values(":before", number(user.version.before())))
    }

    /// Returns the deletion of a user. Its condition is that the user is still pending.
    pub(super) fn delete_pending_user(&self, pending: &User) -> DeleteBuilder {
        self.delete(keys::user(&pending.id))
            .condition_expression("#state = :pending")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":pending", text("pending"))
    }

    fn take_pointer(
        &self,
        identity: &Identity,
        user: &User,
        from: Option<&UserId>,
    ) -> Result<PutBuilder, StoreError> {
        let pointer = PointerItem::new(keys::pointer(identity), user);
        Ok(self
            .put(access::write(&pointer, "pointer")?)
            .condition_expression("attribute_not_exists(pk) OR #user = :from")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":from", text(from.unwrap_or(&user.id).as_str())))
    }

    fn drop_pointer(&self, identity: &Identity, user: &UserId) -> DeleteBuilder {
        self.delete(keys::pointer(identity))
            .condition_expression("attribute_not_exists(pk) OR #user = :user")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":user", text(user.as_str()))
    }
}
