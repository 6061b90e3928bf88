//! Lists of members and of memberships.

use super::page::ListError;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::list::Page;
use crate::domain::member::Member;
use crate::store::access::text;
use crate::store::readable::readable;
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
            cursor.map(|cursor| cursor::open(&self.token_keys, &list, cursor)).transpose()?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let data = self.members_after(group, after.as_ref(), limit + 1).await?;
        Ok(self.page(&list, data, limit, |member| member.user.clone())?)
    }

    /// Returns at most `limit` members of the group that follow the user `after`, ordered by user
    /// id. Fewer only at the end of the list.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
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
            found.extend(self.current_members(page));
            from = next;
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Returns at most `limit` memberships of the group, also ended ones, ordered by user id.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn stored_members(
        &self,
        group: &GroupId,
        limit: i32,
    ) -> Result<Vec<Member>, StoreError> {
        let (page, _) = self.partition_page(group, keys::MEMBERS, None, Some(limit)).await?;
        Ok(readable(page, items::to_member))
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
            cursor.map(|cursor| cursor::open(&self.token_keys, &list, cursor)).transpose()?;
        let data = self.memberships_after(user, after.as_ref(), limit + 1).await?;
        let limit = usize::try_from(limit).unwrap_or_default();
        Ok(self.page(&list, data, limit, |member| member.group.clone())?)
    }

    /// Returns at most `limit` memberships of the user that follow the group `after`. Fewer only at
    /// the end of the list.
    async fn memberships_after(
        &self,
        user: &UserId,
        after: Option<&GroupId>,
        limit: i32,
    ) -> Result<Vec<Member>, StoreError> {
        let partition = text(keys::memberships_partition(user));
        let mut from = after.map(|group| {
            let mut key = keys::member(group, user).into_item();
            key.extend([
                ("by_invitee_pk".into(), partition.clone()),
                ("by_invitee_sk".into(), text(keys::membership_sort(group))),
            ]);
            key
        });
        let mut found: Vec<Member> = Vec::new();
        loop {
            let wanted = limit - i32::try_from(found.len()).unwrap_or(limit);
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("by_invitee")
                .key_condition_expression("by_invitee_pk = :pk")
                .expression_attribute_values(":pk", partition.clone())
                .set_exclusive_start_key(from)
                .limit(wanted);
            let page = query.send().await?;
            found.extend(self.current_members(page.items.unwrap_or_default()));
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() || i32::try_from(found.len()).is_ok_and(|count| count >= limit) {
                return Ok(found);
            }
        }
    }
}
