//! Groups: creation with the first owner, changes by version, and the tombstones of deleted groups.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::access::{self, Item, number, text};
use super::lists::PagePosition;
use super::readable::{readable, readable_one};
use super::right::Right;
use super::stored_group::StoredGroup;
use super::writes::random;
use super::{Store, StoreError, items, keys};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Act, Event, RemovalReason};
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::{Invite, Resolution};
use crate::domain::member::Member;
use crate::domain::user::User;

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
    /// The actor's right has changed since it was read.
    ActorChanged,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Group,
    Actor,
}

/// The outcome of deleting a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteGroupOutcome {
    /// The group is a tombstone now.
    Deleted,
    /// The group or the actor's right has changed since it was read. Nothing was written.
    Changed,
}

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
        Ok((group, self.current_member(found.remove(&member_key))?))
    }

    /// Returns what [`Store::group_and_member`] returns, and the user's record in the directory. A record
    /// that cannot be read is left out.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn group_member_and_user(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<(Option<Group>, Option<Member>, Option<User>), StoreError> {
        let member_key = keys::member(group, user);
        let (group_key, user_key) = (keys::group(group), keys::user(user));
        let all = vec![group_key.clone(), member_key.clone(), user_key.clone()];
        let mut found = self.get_many(all).await?;
        let group = self.existing_group(group, found.remove(&group_key))?;
        let user = found.remove(&user_key).and_then(|item| readable_one(item, items::to_user));
        Ok((group, self.current_member(found.remove(&member_key))?, user))
    }

    /// Returns those of these groups (at most 100) that exist, in the given order, read
    /// consistently. Deleted groups are left out, and so are those whose item cannot be read.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn groups(&self, groups: &[GroupId]) -> Result<Vec<Group>, StoreError> {
        let mut found = self.get_many(groups.iter().map(keys::group).collect()).await?;
        let in_order = groups.iter().filter_map(|group| {
            if *group == self.application.id {
                return Some(self.application.clone());
            }
            let item = found.remove(&keys::group(group))?;
            readable_one(item, |item| self.existing_group(group, Some(item))).flatten()
        });
        Ok(in_order.collect())
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

    /// Writes the group's own fields, if the stored version is the one before `group.version` and
    /// the actor still has this right.
    ///
    /// The fields that writes of members maintain (`owner_count`, `authority_changed_at`,
    /// `seats_taken`) are unchanged.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn update_group(
        &self,
        group: &Group,
        right: Right<'_>,
    ) -> Result<UpdateGroupOutcome, StoreError> {
        let whole = items::from_group(group)?;
        let mut values = Item::from([
            (":active".into(), text("active")),
            (":before".into(), number(group.version.before())),
        ]);
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let fields = &[
            "name",
            "description",
            "group_type",
            "policy",
            "metadata",
            "updated_at",
            "changed_by",
            "version",
        ];
        let expression = access::write_fields(&whole, fields, &mut names, &mut values);
        // An item may occur in a transaction once, so the right of an app is part of this write.
        let (unowned, check) = match right {
            Right::App(_) => (" AND owner_count = :none", None),
            right => ("", self.check(right)?),
        };
        values.extend((!unowned.is_empty()).then(|| (":none".into(), number(0))));
        let update = self
            .update(keys::group(&group.id))
            .update_expression(expression)
            .condition_expression(format!("#state = :active AND #version = :before{unowned}"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        // A transaction, so that a retry after a lost response succeeds.
        let mut transaction = self.transaction();
        transaction.add(Part::Group, update)?;
        transaction.add_check(Part::Actor, check)?;
        Ok(match transaction.commit().await? {
            Ok(()) => UpdateGroupOutcome::Updated,
            Err(refused) if refused.has(Part::Group) => UpdateGroupOutcome::Changed,
            Err(_) => UpdateGroupOutcome::ActorChanged,
        })
    }

    /// Returns the group or its tombstone, and the user's membership in it, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn stored_group_and_member(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<(Option<StoredGroup>, Option<Member>), StoreError> {
        let (group_key, member_key) = (keys::group(group), keys::member(group, user));
        let mut found = self.get_many(vec![group_key.clone(), member_key.clone()]).await?;
        let group = found.remove(&group_key).map(items::to_stored_group).transpose()?;
        Ok((group, self.current_member(found.remove(&member_key))?))
    }

    /// Turns the group into a tombstone that names `by`, if the actor still has this right.
    ///
    /// From then on, every read treats the group as deleted. Its invites and members are left to
    /// the caller (ADR 0008). The group's time never falls: a function whose clock is late writes the
    /// time of the last change, as it was read.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn delete_group(
        &self,
        group: &Group,
        (by, author): (&UserId, &Author),
        right: Right<'_>,
        now: Timestamp,
    ) -> Result<DeleteGroupOutcome, StoreError> {
        let at = now.max(group.updated_at);
        let update = self
            .update(keys::group(&group.id))
            .update_expression(
                "SET #state = :deleted, deleted_by = :by, changed_by = :author, \
                 updated_at = :at, version = version + :one",
            )
            .condition_expression("#state = :active AND updated_at <= :at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", text("active"))
            .expression_attribute_values(":deleted", text("deleted"))
            .expression_attribute_values(":by", text(by.as_str()))
            .expression_attribute_values(":author", access::value(author, "changed_by")?)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":at", number(at.seconds()));
        let mut transaction = self.transaction();
        transaction.add((), update)?;
        transaction.add_check((), self.check(right)?)?;
        Ok(match transaction.commit().await? {
            Ok(()) => DeleteGroupOutcome::Deleted,
            Err(_) => DeleteGroupOutcome::Changed,
        })
    }

    /// Returns a page of the group's invites that are stored as pending or as declined without a
    /// sign-in, read consistently, and the position after which the next page starts.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn awaiting_invites_page(
        &self,
        group: &GroupId,
        from: Option<PagePosition>,
    ) -> Result<(Vec<Invite>, Option<PagePosition>), StoreError> {
        let from = from.map(PagePosition::into_item);
        let (page, next) = self.partition_page(group, keys::INVITES, from, None).await?;
        let mut awaiting = readable(page, items::to_invite);
        awaiting.retain(|invite| {
            invite.resolution.as_ref().is_none_or(Resolution::is_decline_without_sign_in)
        });
        Ok((awaiting, next.map(PagePosition::of)))
    }

    /// Removes the membership of a deleted group, if there still is one, and records that the author
    /// of the deletion did it.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn delete_member(
        &self,
        member: &Member,
        by: &Author,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = keys::member(&member.group, &member.user);
        let delete = self.delete(key).condition_expression("attribute_exists(pk)");
        let act = Act { by, at: now, entropy: random() };
        let event = Event::member_removed(member, RemovalReason::GroupDeleted, act);
        let mut transaction = self.transaction();
        transaction.add((), delete)?;
        transaction.add((), self.put_event(&event)?)?;
        // A refusal means that the membership is gone already.
        transaction.commit().await.map(|_| ())
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
        Ok(match item.map(items::to_stored_group).transpose()? {
            Some(StoredGroup::Active(group)) => Some(*group),
            Some(StoredGroup::Deleted { .. }) | None => None,
        })
    }
}
