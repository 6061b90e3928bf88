//! Pages of the invites that a user sent, across groups.

use super::page::ListError;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::list::{Order, Page, PageRequest};
use crate::store::access::text;
use crate::store::keys::Key;
use crate::store::readable::readable_one;
use crate::store::{Store, StoreError, cursor, items, keys};

impl Store {
    /// Returns a page of at most 100 of the invites that the user sent, in the order of creation. The
    /// index tells which there are, and may lag; the invites themselves are read consistently.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn sent_invites(
        &self,
        sender: &UserId,
        page: &PageRequest,
    ) -> Result<Page<Invite>, ListError> {
        let PageRequest { order, limit, ref cursor } = *page;
        let list = format!("sent {sender} {order:?}");
        let after = cursor.as_deref();
        let after =
            after.map(|cursor| cursor::open(&self.token_keys, &list, cursor)).transpose()?;
        // One entry more than `limit` shows whether there is a next page.
        let entries = self.sent_after(sender, order, after, limit + 1).await?;
        let page = self.page(&list, entries, limit, |(_, sort)| sort.clone())?;
        let found = self.get_many(page.data.iter().map(|(key, _)| key.clone()).collect()).await?;
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(key, _)| page.data.iter().position(|(known, _)| known == key));
        let invites = found.into_iter().filter_map(|(key, item)| {
            let invite = readable_one(item, items::to_invite)?;
            // Somebody may have made the invite anew, and then it has another entry.
            let sort = keys::sent_sort(invite.created_at, &invite.group, invite.id);
            let is_entry = page.data.contains(&(key, sort)) && invite.created_by.id == *sender;
            is_entry.then_some(invite)
        });
        Ok(Page { data: invites.collect(), next_cursor: page.next_cursor })
    }

    /// Returns the keys of at most `limit` invites that follow `after`, each with its place.
    async fn sent_after(
        &self,
        sender: &UserId,
        order: Order,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(Key, String)>, StoreError> {
        let follows = match (&after, order) {
            (None, _) => "",
            (Some(_), Order::Asc) => " AND by_sender_sk > :after",
            (Some(_), Order::Desc) => " AND by_sender_sk < :after",
        };
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_sender")
            .key_condition_expression(format!("created_by = :pk{follows}"))
            .expression_attribute_values(":pk", text(sender.as_str()))
            .scan_index_forward(order == Order::Asc)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if let Some(after) = after {
            query = query.expression_attribute_values(":after", text(after));
        }
        let found = query.send().await?.items.unwrap_or_default();
        let entry = |item| {
            let sort =
                |item: &crate::store::access::Item| item.get("by_sender_sk")?.as_s().ok().cloned();
            Some((Key::of(&item)?, sort(&item)?))
        };
        Ok(found.into_iter().filter_map(entry).collect())
    }
}
