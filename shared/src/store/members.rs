//! Members: reads, role changes and removals. Each write also updates the counts on the group that
//! must hold under a race.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::Select;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::access::{Item, number, text};
use super::{Store, StoreError, items, keys};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Transition;
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::domain::user::User;

/// A change of a member.
#[derive(Clone, Debug)]
pub enum MemberChange {
    /// Replaces the roles and privileges.
    To(Roles, Privileges),
    /// Removes the member from the group.
    Removal,
}

/// A change of a member, with the records that the decision was based on.
#[derive(Clone, Copy, Debug)]
pub struct Changing<'a> {
    /// The group, as read.
    pub group: &'a Group,
    /// The member, as read.
    pub member: &'a Member,
    /// The change.
    pub change: &'a MemberChange,
    /// Pending invites that end in the same transaction.
    pub ended: &'a [Transition],
    /// The current time.
    pub now: Timestamp,
}

/// The outcome of changing a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeMemberOutcome {
    /// The member was changed, and the group's `authority_changed_at` was set.
    Changed,
    /// The change would leave the group without an owner.
    LastOwner,
    /// The member or an invite has changed since it was read.
    Conflict,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Member,
    Owners,
    Invite,
}

impl Store {
    /// Returns the membership, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn member(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Option<Member>, StoreError> {
        self.get(keys::member(group, user)).await?.map(items::to_member).transpose()
    }

    /// Returns which of these users (at most 100) are members of the group, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn members_among(
        &self,
        group: &GroupId,
        users: &[&UserId],
    ) -> Result<Vec<UserId>, StoreError> {
        let found =
            self.get_many(users.iter().map(|user| keys::member(group, user)).collect()).await?;
        found.into_values().map(|item| items::to_member(item).map(|member| member.user)).collect()
    }

    /// Returns the user's membership of the group and the user's record, read consistently. Each is
    /// `None` if it does not exist.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn member_and_user(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<(Option<Member>, Option<User>), StoreError> {
        let (member_key, user_key) = (keys::member(group, user), keys::user(user));
        let mut found = self.get_many(vec![member_key.clone(), user_key.clone()]).await?;
        let member = found.remove(&member_key).map(items::to_member).transpose()?;
        Ok((member, found.remove(&user_key).map(items::to_user).transpose()?))
    }

    /// Counts the group's members with a consistent query.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn count_members(&self, group: &GroupId) -> Result<u32, StoreError> {
        let mut count: u32 = 0;
        let mut from: Option<Item> = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .select(Select::Count)
                .consistent_read(true)
                .set_exclusive_start_key(from);
            let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
            let query =
                query.expression_attribute_values(":pk", text(keys::group_partition(group)));
            let page =
                query.expression_attribute_values(":prefix", text(keys::MEMBERS)).send().await?;
            count = count.saturating_add(u32::try_from(page.count).unwrap_or(0));
            match page.last_evaluated_key.filter(|key| !key.is_empty()) {
                Some(key) => from = Some(key),
                None => return Ok(count),
            }
        }
    }

    /// Changes the member that was read, and ends the pending invites, in one transaction.
    ///
    /// The transaction also updates the group: `owner_count`, which never reaches zero;
    /// `seats_taken`, if it is counted; and `authority_changed_at` (ADR 0007).
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn change_member(
        &self,
        changing: Changing<'_>,
    ) -> Result<ChangeMemberOutcome, StoreError> {
        let mut transaction = self.transaction();
        match changing.change {
            MemberChange::To(roles, privileges) => {
                let after = Member {
                    roles: roles.clone(),
                    privileges: privileges.clone(),
                    ..changing.member.clone()
                };
                let as_read = Unchanged::of(changing.member)?;
                let put = self.put(items::from_member(&after)?);
                let put = put.condition_expression(UNCHANGED);
                let put = put.set_expression_attribute_names(Some(as_read.names));
                transaction
                    .add(Part::Member, put.set_expression_attribute_values(Some(as_read.values)))?;
            }
            MemberChange::Removal => {
                let as_read = Unchanged::of(changing.member)?;
                let Member { group, user, .. } = changing.member;
                let delete = self.delete(keys::member(group, user));
                let delete = delete.condition_expression(UNCHANGED);
                let delete = delete.set_expression_attribute_names(Some(as_read.names));
                transaction.add(
                    Part::Member,
                    delete.set_expression_attribute_values(Some(as_read.values)),
                )?;
            }
        }
        transaction.add(Part::Owners, self.group_update(changing))?;
        for ended in changing.ended {
            transaction.add(Part::Invite, self.ending(ended)?)?;
        }
        Ok(match transaction.commit().await? {
            Ok(()) => ChangeMemberOutcome::Changed,
            Err(refused) if refused.has(Part::Member) => ChangeMemberOutcome::Conflict,
            Err(refused) if refused.has(Part::Owners) => ChangeMemberOutcome::LastOwner,
            Err(_) => ChangeMemberOutcome::Conflict,
        })
    }

    fn group_update(&self, changing: Changing<'_>) -> UpdateBuilder {
        let Changing { group, member, change, ended: _, now } = changing;
        let owned = i32::from(member.roles.is_owner());
        let (owns, freed) = match change {
            MemberChange::To(roles, _) => (i32::from(roles.is_owner()), false),
            MemberChange::Removal => (0, group.seats_taken.is_some()),
        };
        let mut values = Item::from([
            (":owners".into(), number(owns - owned)),
            (":now".into(), number(now.seconds())),
        ]);
        // DynamoDB refuses an expression value that no expression uses.
        values.extend((freed || owns < owned).then(|| (":one".into(), number(1))));
        let freed = if freed { ", seats_taken = seats_taken - :one" } else { "" };
        let leaves_an_owner =
            if owns < owned { "owner_count > :one" } else { "attribute_exists(pk)" };
        self.update(keys::group(&group.id))
            .update_expression(format!(
                "SET owner_count = owner_count + :owners, authority_changed_at = :now{freed}"
            ))
            .condition_expression(leaves_an_owner)
            .set_expression_attribute_values(Some(values))
    }
}

/// Holds if the member still has the roles and privileges that were read.
const UNCHANGED: &str =
    "#roles = :roles AND (#privileges = :privileges OR attribute_not_exists(#privileges))";

/// The names and values that [`UNCHANGED`] uses.
struct Unchanged {
    names: HashMap<String, String>,
    values: Item,
}

impl Unchanged {
    fn of(member: &Member) -> Result<Self, StoreError> {
        let before = items::from_member(member)?;
        let as_read = |name: &str| before.get(name).cloned().unwrap_or_else(|| text(""));
        let fields = ["roles", "privileges"];
        Ok(Self {
            names: fields.map(|name| (format!("#{name}"), name.to_owned())).into(),
            values: fields.map(|name| (format!(":{name}"), as_read(name))).into(),
        })
    }
}
