//! Groups: creation with the first owner, changes by version, and permanent deletion.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use futures::{StreamExt, TryStreamExt, stream};

use super::access::{self, Item, number, text};
use super::retry;
use super::{Store, StoreError, items, keys};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{Invite, Transition};
use crate::domain::member::Member;

/// The outcome of creating a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateGroupOutcome {
    /// The group was created.
    Created,
    /// A group with this id exists, or existed and was deleted (ADR 0008).
    Taken,
}

/// The outcome of changing a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateGroupOutcome {
    /// The group was updated.
    Updated,
    /// The group has been changed or deleted since it was read.
    Changed,
}

/// The most concurrent writes of a deletion.
const CONCURRENT_WRITES: usize = 16;

impl Store {
    /// Returns the group, unless it was deleted, and the user's membership in it, read
    /// consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn group_and_member(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<(Option<Group>, Option<Member>), StoreError> {
        let (group_key, member_key) = (keys::group(group), keys::member(group, user));
        let mut found = self.get_many(vec![group_key.clone(), member_key.clone()]).await?;
        let group = self.existing_group(group, found.remove(&group_key))?;
        Ok((group, found.remove(&member_key).map(items::to_member).transpose()?))
    }

    /// Returns those of these groups (at most 100) that exist, in the given order, read
    /// consistently. Deleted groups are left out.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn groups(&self, groups: &[GroupId]) -> Result<Vec<Group>, StoreError> {
        let mut found = self.get_many(groups.iter().map(keys::group).collect()).await?;
        let in_order = groups
            .iter()
            .map(|group| self.existing_group(group, found.remove(&keys::group(group))));
        Ok(in_order.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Creates the group and its owner's membership. `owner` is `None` for a group without members.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn create_group(
        &self,
        group: &Group,
        owner: Option<&Member>,
    ) -> Result<CreateGroupOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.add((), self.put_if_absent(items::from_group(group)?))?;
        if let Some(owner) = owner {
            transaction.add((), self.put_if_absent(items::from_member(owner)?))?;
        }
        Ok(match transaction.commit().await? {
            Ok(()) => CreateGroupOutcome::Created,
            Err(_) => CreateGroupOutcome::Taken,
        })
    }

    /// Writes the group's own fields, if the stored version is the one before `group.version`.
    ///
    /// The fields that writes of members maintain (`owner_count`, `authority_changed_at`,
    /// `seats_taken`) are unchanged.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn update_group(&self, group: &Group) -> Result<UpdateGroupOutcome, StoreError> {
        let whole = items::from_group(group)?;
        let mut values = Item::from([
            (":active".into(), text("active")),
            (":before".into(), number(group.version.before())),
        ]);
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let fields =
            &["name", "description", "group_type", "policy", "metadata", "updated_at", "version"];
        let expression = access::write_fields(&whole, fields, &mut names, &mut values);
        let update = self
            .update(keys::group(&group.id))
            .update_expression(expression)
            .condition_expression("#state = :active AND #version = :before")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        // A transaction, so that a retry after a lost response succeeds.
        let mut transaction = self.transaction();
        transaction.add((), update)?;
        Ok(match transaction.commit().await? {
            Ok(()) => UpdateGroupOutcome::Updated,
            Err(_) => UpdateGroupOutcome::Changed,
        })
    }

    /// Marks the group as deleted, then revokes its pending invites and removes its members, page
    /// by page.
    ///
    /// From then on, every read treats the group as deleted, so an interrupted deletion leaves
    /// nothing usable. Calling it again completes the work, because the membership of `by` is
    /// removed last.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`. `Refused` also if the group has no item.
    pub async fn delete_group(
        &self,
        group: &GroupId,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .update(keys::group(group))
            .update_expression("SET #state = :deleted, updated_at = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":deleted", text("deleted"))
            .expression_attribute_values(":now", number(now.seconds()));
        let deleted = self.update_alone(update, ReturnValue::None).await?;
        deleted.ok_or_else(|| StoreError::Refused("the group has no item".into()))?;
        self.revoke_invites(group, by, now).await?;
        self.remove_members(group, by).await?;
        self.delete_member(group, by).await
    }

    async fn revoke_invites(
        &self,
        group: &GroupId,
        by: &UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut from = None;
        loop {
            let (page, next) = self.partition_page(group, keys::INVITES, from, None).await?;
            let invites =
                page.into_iter().map(items::to_invite).collect::<Result<Vec<Invite>, _>>()?;
            let revoked: Vec<Transition> =
                invites.iter().filter_map(|invite| invite.revoke(Some(by), now).ok()).collect();
            let work =
                revoked.into_iter().map(|revoked| async move { self.end_invite(&revoked).await });
            stream::iter(work).buffer_unordered(CONCURRENT_WRITES).try_collect::<Vec<_>>().await?;
            match next {
                Some(next) => from = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn remove_members(&self, group: &GroupId, except: &UserId) -> Result<(), StoreError> {
        let mut from = None;
        loop {
            let (page, next) = self.partition_page(group, keys::MEMBERS, from, None).await?;
            let mut members =
                page.into_iter().map(items::to_member).collect::<Result<Vec<Member>, _>>()?;
            members.retain(|member| member.user != *except);
            let work = members
                .into_iter()
                .map(|member| async move { self.delete_member(group, &member.user).await });
            stream::iter(work).buffer_unordered(CONCURRENT_WRITES).try_collect::<Vec<_>>().await?;
            match next {
                Some(next) => from = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn delete_member(&self, group: &GroupId, user: &UserId) -> Result<(), StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(keys::member(group, user).into_item()));
        retry::retrying_conflicts(|| delete.clone().send()).await?;
        Ok(())
    }

    /// Returns a page of the group's items whose sort key starts with `prefix`, read consistently,
    /// and the key after which the next page starts.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn partition_page(
        &self,
        group: &GroupId,
        prefix: &str,
        from: Option<Item>,
        limit: Option<i32>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let query =
            self.client.query().table_name(&self.table).consistent_read(true).set_limit(limit);
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .set_exclusive_start_key(from);
        let query = query
            .expression_attribute_values(":pk", AttributeValue::S(keys::group_partition(group)));
        let page = query.expression_attribute_values(":prefix", text(prefix)).send().await?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key.filter(|key| !key.is_empty())))
    }

    /// Converts a group's item. Returns `None` if the item is absent or the group was deleted. The
    /// application's group is not stored, so its id always returns it.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn existing_group(
        &self,
        id: &GroupId,
        item: Option<Item>,
    ) -> Result<Option<Group>, StoreError> {
        if *id == self.application.id {
            return Ok(Some(self.application.clone()));
        }
        let Some((group, state)) = item.map(items::to_group).transpose()? else { return Ok(None) };
        Ok((state == items::GroupState::Active).then_some(group))
    }
}
