//! The directory: users, and the pointers that keep every address, number and account with one of
//! them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use super::access::{self, Transaction, number, text};
use super::invites::incomplete;
use super::items::{self, PointerItem};
use super::keys::Key;
use super::{Store, StoreError, keys};
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::user::User;

/// How many items one batch reads at most.
const BATCH: usize = 100;

/// What became of writing a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutUserOutcome {
    /// It is as given.
    Written,
    /// The record changed since it was read.
    Changed,
    /// Something in it belongs to another user.
    IdentityTaken,
}

impl Store {
    /// The user, as last written.
    pub async fn user(&self, user: &UserId) -> Result<Option<User>, StoreError> {
        self.get(keys::user(user)).await?.map(items::to_user).transpose()
    }

    /// The users under these different ids (at most 100), as last written; absent ones are left
    /// out.
    pub async fn users(&self, ids: &[&UserId]) -> Result<Vec<User>, StoreError> {
        let found = self.get_many(ids.iter().map(|id| keys::user(id)).collect()).await?;
        found.into_values().map(items::to_user).collect()
    }

    /// The users who hold what these identities name, by the identity's key; what is nobody's is
    /// left out.
    pub async fn holders(
        &self,
        identities: &[Identity],
    ) -> Result<BTreeMap<String, UserId>, StoreError> {
        let wanted: BTreeMap<String, Key> =
            identities.iter().map(|identity| (identity.key(), keys::pointer(identity))).collect();
        let mut holders = BTreeMap::new();
        for some in wanted.into_iter().collect::<Vec<_>>().chunks(BATCH) {
            let mut found =
                self.get_many(some.iter().map(|(_, key)| key.clone()).collect()).await?;
            for (name, key) in some {
                let pointer = found
                    .remove(key)
                    .map(|item| access::read::<PointerItem>(item, "pointer"))
                    .transpose()?;
                holders.extend(pointer.map(|pointer| (name.clone(), pointer.user)));
            }
        }
        Ok(holders)
    }

    /// Two different users, as last written; absent ones are none.
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

    /// The user who holds what `identity` names.
    pub async fn holder(&self, identity: &Identity) -> Result<Option<UserId>, StoreError> {
        let item = self.get(keys::pointer(identity)).await?;
        Ok(item
            .map(|item| access::read::<PointerItem>(item, "pointer"))
            .transpose()?
            .map(|pointer| pointer.user))
    }

    /// Writes the user over `before`, and moves the pointers with it; a pending user in `replaced`
    /// gives way.
    pub async fn put_user(
        &self,
        user: &User,
        before: Option<&User>,
        replaced: &[User],
    ) -> Result<PutUserOutcome, StoreError> {
        let mut writes = vec![self.put_user_version(user)?];
        let held = before.map(|user| user.profile.identities()).unwrap_or_default();
        let wanted = user.profile.identities();
        for identity in held.iter().filter(|identity| !wanted.contains(identity)) {
            writes.push(self.drop_pointer(identity, &user.id)?);
        }
        for identity in wanted.iter().filter(|identity| !held.contains(identity)) {
            let from =
                replaced.iter().find(|pending| pending.profile.identities().contains(identity));
            writes.push(self.take_pointer(identity, &user.id, from.map(|pending| &pending.id))?);
        }
        for pending in replaced {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(keys::user(&pending.id).into_item()));
            let delete = delete
                .condition_expression("#state = :pending")
                .expression_attribute_names("#state", "state");
            let delete = delete
                .expression_attribute_values(":pending", text("pending"))
                .build()
                .map_err(incomplete)?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        Ok(match self.transact(writes).await? {
            Transaction::Committed => PutUserOutcome::Written,
            Transaction::Refused(failed) if failed.first() == Some(&true) => {
                PutUserOutcome::Changed
            }
            Transaction::Refused(_) => PutUserOutcome::IdentityTaken,
        })
    }

    /// The put of a user whose record must still be at the version before, or absent for version 1.
    pub(super) fn put_user_version(&self, user: &User) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(items::from_user(user)?));
        let put = if user.version == 1 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("version = :before")
                .expression_attribute_values(":before", number(user.version - 1))
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    fn take_pointer(
        &self,
        identity: &Identity,
        user: &UserId,
        from: Option<&UserId>,
    ) -> Result<TransactWriteItem, StoreError> {
        let item = access::write(&PointerItem::new(keys::pointer(identity), user), "pointer")?;
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put
            .condition_expression("attribute_not_exists(pk) OR #user = :from")
            .expression_attribute_names("#user", "user");
        let put = put.expression_attribute_values(":from", text(from.unwrap_or(user).as_str()));
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    fn drop_pointer(
        &self,
        identity: &Identity,
        user: &UserId,
    ) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(keys::pointer(identity).into_item()));
        let delete = delete
            .condition_expression("attribute_not_exists(pk) OR #user = :user")
            .expression_attribute_names("#user", "user");
        let delete = delete
            .expression_attribute_values(":user", text(user.as_str()))
            .build()
            .map_err(incomplete)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}
