//! Lists of members and of memberships.

use super::page::ListError;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::store::access::{Item, text};
use crate::store::{Store, StoreError, cursor, items, keys};

impl Store {
    /// Returns a page of at most `limit` members of the group, ordered by user id.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn list_members(
        &self,
        group: &GroupId,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Page<Member>, ListError> {
        let list = format!("members {group}");
        let after: Option<UserId> =
            cursor.map(|cursor| cursor::open(&self.cursor_keys, &list, cursor)).transpose()?;
        let from = after.map(|user| keys::member(group, &user).into_item());
        let (found, next) =
            self.partition_page(group, keys::MEMBERS, from, Some(limit + 1)).await?;
        let data = members(found)?;
        Ok(self.page(&list, data, limit, next.is_some(), |member| member.user.clone())?)
    }

    /// Returns at most `limit` members of the group that follow the user `after`, ordered by user
    /// id.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn members_after(
        &self,
        group: &GroupId,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError> {
        let mut from = after.map(|user| keys::member(group, user).into_item());
        let mut found: Vec<Member> = Vec::new();
        while found.len() < limit {
            let wanted = i32::try_from(limit - found.len()).unwrap_or(i32::MAX);
            let (page, next) =
                self.partition_page(group, keys::MEMBERS, from, Some(wanted)).await?;
            found.extend(members(page)?);
            from = next;
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Returns a page of at most `limit` memberships of the user, ordered by group id. It may lag
    /// by moments.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn list_memberships(
        &self,
        user: &UserId,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Page<Member>, ListError> {
        let list = format!("memberships {user}");
        let after: Option<GroupId> =
            cursor.map(|cursor| cursor::open(&self.cursor_keys, &list, cursor)).transpose()?;
        let (data, more) = self.memberships_after(user, after.as_ref(), limit + 1).await?;
        Ok(self.page(&list, data, limit, more, |member| member.group.clone())?)
    }

    /// Returns at most `limit` memberships of the user that follow the group `after`, and whether
    /// there are more.
    async fn memberships_after(
        &self,
        user: &UserId,
        after: Option<&GroupId>,
        limit: i32,
    ) -> Result<(Vec<Member>, bool), StoreError> {
        let partition = text(keys::memberships_partition(user));
        let from = after.map(|group| {
            let mut key = keys::member(group, user).into_item();
            key.extend([
                ("by_invitee_pk".into(), partition.clone()),
                ("by_invitee_sk".into(), text(keys::membership_sort(group))),
            ]);
            key
        });
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_invitee")
            .key_condition_expression("by_invitee_pk = :pk")
            .expression_attribute_values(":pk", partition)
            .set_exclusive_start_key(from)
            .limit(limit);
        let page = query.send().await?;
        let more = page.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok((members(page.items.unwrap_or_default())?, more))
    }
}

fn members(found: Vec<Item>) -> Result<Vec<Member>, StoreError> {
    found.into_iter().map(items::to_member).collect()
}
