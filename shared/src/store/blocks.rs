//! The senders whom a person blocks.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::ReturnValue;

use super::access::{Item, text};
use super::lists::ListError;
use super::readable::readable;
use super::{Store, StoreError, cursor, items, keys};
use crate::domain::block::{Block, Blocked};
use crate::domain::ids::UserId;
use crate::domain::list::Page;

impl Store {
    /// Adds the block. Returns whether there was none of this sender.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn put_block(&self, user: &UserId, block: &Block) -> Result<bool, StoreError> {
        self.put_alone(self.put_if_absent(items::from_block(user, block)?)).await
    }

    /// Returns the person's block of this sender, read consistently.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
    pub async fn block(&self, user: &UserId, of: &Blocked) -> Result<Option<Block>, StoreError> {
        self.get(keys::block(user, of)).await?.map(items::to_block).transpose()
    }

    /// Removes the person's block of this sender, if there is one.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn delete_block(&self, user: &UserId, of: &Blocked) -> Result<(), StoreError> {
        let key = keys::block(user, of).into_item();
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        delete.return_values(ReturnValue::None).send().await?;
        Ok(())
    }

    /// Returns every sender whom the person blocks. It may lag by moments.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn all_blocked(&self, user: &UserId) -> Result<HashSet<Blocked>, StoreError> {
        let (mut found, mut from) = (HashSet::new(), None);
        loop {
            let (page, next) = self.blocks_page(user, from, None).await?;
            found.extend(page.into_iter().map(|block| block.of));
            from = next;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// Returns a page of at most `limit` of the person's blocks, by kind and id.
    ///
    /// # Errors
    /// `Cursor` if the cursor belongs to another list or is forged. `Store` if a read fails.
    pub async fn list_blocks(
        &self,
        user: &UserId,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Page<Block>, ListError> {
        let list = format!("blocks {user}");
        let limit = usize::try_from(limit).unwrap_or_default();
        let after: Option<Blocked> =
            cursor.map(|cursor| cursor::open(&self.token_keys, &list, cursor)).transpose()?;
        let mut from = after.map(|of| keys::block(user, &of).into_item());
        let mut found: Vec<Block> = Vec::new();
        loop {
            let wanted = i32::try_from(limit + 1 - found.len()).unwrap_or(i32::MAX);
            let (page, next) = self.blocks_page(user, from, Some(wanted)).await?;
            found.extend(page);
            from = next;
            if from.is_none() || found.len() > limit {
                return Ok(self.page(&list, found, limit, |block| block.of.clone())?);
            }
        }
    }

    async fn blocks_page(
        &self,
        user: &UserId,
        from: Option<Item>,
        limit: Option<i32>,
    ) -> Result<(Vec<Block>, Option<Item>), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :blocks)")
            .expression_attribute_values(":pk", text(keys::user(user).pk))
            .expression_attribute_values(":blocks", text(keys::BLOCKS))
            .set_exclusive_start_key(from)
            .set_limit(limit);
        let page = query.send().await?;
        let found = readable(page.items.unwrap_or_default(), items::to_block);
        Ok((found, page.last_evaluated_key.filter(|key| !key.is_empty())))
    }
}
