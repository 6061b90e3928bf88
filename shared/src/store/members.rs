//! Members: reads, role changes and removals. Each write also updates the counts on the group that
//! must hold under a race.

use aws_sdk_dynamodb::types::Select;
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, UpdateBuilder};

use super::access::{Item, number, text};
use super::readable::readable;
use super::right::{Right, UNCHANGED, Unchanged};
use super::writes::random;
use super::{Store, StoreError, items, keys};
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Act, Event, RemovalReason};
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
    /// Removes the member because the membership has ended by time.
    Expiry,
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
    /// The author of the change.
    pub by: &'a Author,
    /// The actor's right to make the change.
    pub right: Right<'a>,
    /// The current time.
    pub now: Timestamp,
}

/// The outcome of changing a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeMemberOutcome {
    /// The member was changed, and the group's `authority_changed_at` was set.
    Changed,
    /// The change would leave the group without an owner, the group was deleted, or a later change
    /// of its members was written since it was read.
    GroupRefused,
    /// The member, the actor or an invite has changed since it was read.
    Conflict,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Member,
    Owners,
    Invite,
    Actor,
    Event,
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
        self.current_member(self.get(keys::member(group, user)).await?)
    }

    /// Returns the user's membership if it has ended, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn ended_member(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Option<Member>, StoreError> {
        let stored = self.get(keys::member(group, user)).await?;
        let stored = stored.map(items::to_member).transpose()?;
        Ok(stored.filter(|member| !member.is_current(self.clock.now())))
    }

    /// Converts the item of a membership. `None` if there is none or it has ended.
    ///
    /// # Errors
    /// `Corrupt`.
    pub(super) fn current_member(&self, item: Option<Item>) -> Result<Option<Member>, StoreError> {
        let stored = item.map(items::to_member).transpose()?;
        Ok(stored.filter(|member| member.is_current(self.clock.now())))
    }

    /// Converts the items of memberships. Leaves out those that have ended or cannot be read.
    pub(super) fn current_members(&self, items: impl IntoIterator<Item = Item>) -> Vec<Member> {
        let mut members = readable(items, items::to_member);
        let now = self.clock.now();
        members.retain(|member| member.is_current(now));
        members
    }

    /// Returns which of these users (at most 100) are members of the group, read consistently.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn members_among(
        &self,
        group: &GroupId,
        users: &[&UserId],
    ) -> Result<Vec<UserId>, StoreError> {
        let found =
            self.get_many(users.iter().map(|user| keys::member(group, user)).collect()).await?;
        let members = self.current_members(found.into_values());
        Ok(members.into_iter().map(|member| member.user).collect())
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
        let member = self.current_member(found.remove(&member_key))?;
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
            let query = query
                .filter_expression("attribute_not_exists(expires_at) OR expires_at > :now")
                .expression_attribute_values(":now", number(self.clock.now().seconds()));
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
    /// The transaction also records the event of the change, because a removed item could not name
    /// the author, and updates the group: `owner_count`, which never reaches zero;
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
                let after = changing.member.changed_to(roles, privileges);
                let as_read = Unchanged::of(changing.member)?;
                let put = self.put(items::from_member(&after)?);
                let put = put.condition_expression(UNCHANGED);
                let put = put.set_expression_attribute_names(Some(as_read.names));
                transaction
                    .add(Part::Member, put.set_expression_attribute_values(Some(as_read.values)))?;
            }
            MemberChange::Removal => {
                let Unchanged { names, values } = Unchanged::of(changing.member)?;
                let Member { group, user, .. } = changing.member;
                let delete = self.delete(keys::member(group, user));
                let delete = delete.condition_expression(UNCHANGED);
                let delete = delete.set_expression_attribute_names(Some(names));
                transaction
                    .add(Part::Member, delete.set_expression_attribute_values(Some(values)))?;
            }
            MemberChange::Expiry => {
                let delete = self.delete_of_ended(changing.member, changing.now)?;
                transaction.add(Part::Member, delete)?;
            }
        }
        transaction.add(Part::Owners, self.group_update(changing))?;
        for ended in changing.ended {
            transaction.add(Part::Invite, self.ending(ended)?)?;
        }
        if let Some(event) = event_of(changing) {
            transaction.add(Part::Event, self.put_event(&event)?)?;
        }
        // An item may occur in a transaction once, so the right of an app is checked on the group.
        if !matches!(changing.right, Right::App(_)) {
            transaction.add_check(Part::Actor, self.check(changing.right)?)?;
        }
        Ok(match transaction.commit().await? {
            Ok(()) => ChangeMemberOutcome::Changed,
            Err(refused) if refused.has(Part::Member) || refused.has(Part::Actor) => {
                ChangeMemberOutcome::Conflict
            }
            Err(refused) if refused.has(Part::Owners) => ChangeMemberOutcome::GroupRefused,
            Err(_) => ChangeMemberOutcome::Conflict,
        })
    }

    /// Removes a membership that has ended, of a group that is not stored: it was deleted, or is the
    /// application. Returns whether it was removed.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn delete_ended_member(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = Act { by: &Author::System, at: now, entropy: random() };
        let event = Event::member_removed(member, RemovalReason::Expired, act);
        let mut transaction = self.transaction();
        transaction.add((), self.delete_of_ended(member, now)?)?;
        transaction.add((), self.put_event(&event)?)?;
        Ok(transaction.commit().await?.is_ok())
    }

    /// Returns the deletion of a membership, on the condition that it is still the one that was read,
    /// and has ended.
    fn delete_of_ended(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<DeleteBuilder, StoreError> {
        let Unchanged { names, mut values } = Unchanged::of(member)?;
        values.insert(":now".into(), number(now.seconds()));
        let delete = self.delete(keys::member(&member.group, &member.user));
        Ok(delete
            .condition_expression(format!("{UNCHANGED} AND expires_at <= :now"))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values)))
    }

    fn group_update(&self, changing: Changing<'_>) -> UpdateBuilder {
        let Changing { group, member, change, ended: _, by: _, right, now } = changing;
        let owned = i32::from(member.roles.is_owner());
        let (owns, freed) = match change {
            MemberChange::To(roles, _) => (i32::from(roles.is_owner()), false),
            MemberChange::Removal | MemberChange::Expiry => (0, group.seats_taken.is_some()),
        };
        // A function whose clock is late must not turn the time back, because every invite that was
        // granted after it counts as one whose granter lost no right. Of two such functions, the
        // condition stops the later one, which then reads again.
        let at = group.authority_changed_at.map_or(now, |known| now.max(known));
        let mut values = Item::from([
            (":owners".into(), number(owns - owned)),
            (":at".into(), number(at.seconds())),
            (":active".into(), text("active")),
        ]);
        // DynamoDB refuses an expression value that no expression uses.
        values.extend((freed || owns < owned).then(|| (":one".into(), number(1))));
        let freed = if freed { ", seats_taken = seats_taken - :one" } else { "" };
        let leaves_an_owner = if owns < owned { " AND owner_count > :one" } else { "" };
        let by_app = matches!(right, Right::App(_));
        values.extend(by_app.then(|| (":none".into(), number(0))));
        let unowned = if by_app { " AND owner_count = :none" } else { "" };
        self.update(keys::group(&group.id))
            .update_expression(format!(
                "SET owner_count = owner_count + :owners, authority_changed_at = :at{freed}"
            ))
            .condition_expression(format!(
                "#state = :active AND {IS_NO_EARLIER}{leaves_an_owner}{unowned}"
            ))
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values))
    }
}

/// The group's members were last changed at `:at` or before.
const IS_NO_EARLIER: &str =
    "(attribute_not_exists(authority_changed_at) OR authority_changed_at <= :at)";

/// Returns the event of the change. `None` if it changes nothing.
fn event_of(changing: Changing<'_>) -> Option<Event> {
    let Changing { member, change, by, now, .. } = changing;
    let act = Act { by, at: now, entropy: random() };
    let reason = match change {
        MemberChange::To(roles, privileges) => {
            return Event::member_changed(member, &member.changed_to(roles, privileges), act);
        }
        MemberChange::Removal if by.id() == Some(&member.user) => RemovalReason::Left,
        MemberChange::Removal => RemovalReason::Removed,
        MemberChange::Expiry => RemovalReason::Expired,
    };
    Some(Event::member_removed(member, reason, act))
}
