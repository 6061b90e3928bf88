//! One read of the records that a change of a member depends on.

use super::access::Item;
use super::readable::readable_one;
use super::{Store, StoreError, items, keys};
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::member::Member;
use crate::domain::user::User;

/// The records that a change of a member depends on, all read consistently in one round trip.
#[derive(Debug)]
pub struct MemberReads {
    /// The group, unless it was deleted.
    pub group: Option<Group>,
    /// The caller's membership.
    pub own: Option<Member>,
    /// The membership in question. It is converted after the caller's right is checked, because an
    /// item that cannot be read fails only callers who may see it.
    pub member: MemberItem,
    /// The directory's record of the member in question.
    pub user: UserItem,
}

/// The item of a membership.
#[derive(Debug)]
pub struct MemberItem(Option<Item>);

/// The item of a user.
#[derive(Debug)]
pub struct UserItem(Option<Item>);

impl UserItem {
    /// Converts the record, on which a decision depends.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn user(&self) -> Result<Option<User>, StoreError> {
        self.0.clone().map(items::to_user).transpose()
    }

    /// Converts the record, which gives a response a name. `None` if it cannot be read.
    pub fn shown(&self) -> Option<User> {
        self.0.clone().and_then(|item| readable_one(item, items::to_user))
    }
}

impl Store {
    /// Reads the group, the memberships of `caller` and `user` in it, and the directory's record of
    /// `user`.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn read_for_member(
        &self,
        group: &GroupId,
        caller: &UserId,
        user: &UserId,
    ) -> Result<MemberReads, StoreError> {
        let (group_key, own_key) = (keys::group(group), keys::member(group, caller));
        let (member_key, user_key) = (keys::member(group, user), keys::user(user));
        let wanted = vec![group_key.clone(), own_key.clone(), member_key.clone(), user_key.clone()];
        let mut found = self.get_many(wanted).await?;
        // The caller may be the member, so this item may play both parts.
        let own = found.get(&own_key).cloned();
        Ok(MemberReads {
            group: self.existing_group(group, found.remove(&group_key))?,
            own: self.current_member(own)?,
            member: MemberItem(found.remove(&member_key)),
            user: UserItem(found.remove(&user_key)),
        })
    }

    /// Converts the membership. `None` if there is none or it has ended.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn member_of(&self, item: MemberItem) -> Result<Option<Member>, StoreError> {
        self.current_member(item.0)
    }
}
