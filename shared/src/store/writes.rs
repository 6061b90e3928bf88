//! Writes of one item: builders, and conditional writes without a transaction.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValue, Update};

use super::access::Item;
use super::keys::Key;
use super::retry::conditional;
use super::{Store, StoreError};

impl Store {
    /// Starts a put of an item.
    pub(super) fn put(&self, item: Item) -> PutBuilder {
        Put::builder().table_name(&self.table).set_item(Some(item))
    }

    /// Starts a put of an item whose key must not exist yet.
    pub(super) fn put_if_absent(&self, item: Item) -> PutBuilder {
        self.put(item).condition_expression("attribute_not_exists(pk)")
    }

    /// Starts an update of an item.
    pub(super) fn update(&self, key: Key) -> UpdateBuilder {
        Update::builder().table_name(&self.table).set_key(Some(key.into_item()))
    }

    /// Starts a deletion of an item.
    pub(super) fn delete(&self, key: Key) -> DeleteBuilder {
        Delete::builder().table_name(&self.table).set_key(Some(key.into_item()))
    }

    /// Makes one conditional update without a transaction. Returns `None` if its condition fails.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn update_alone(
        &self,
        update: UpdateBuilder,
        returned: ReturnValue,
    ) -> Result<Option<UpdateItemOutput>, StoreError> {
        let update = update.build().map_err(incomplete)?;
        let request = self
            .client
            .update_item()
            .table_name(update.table_name)
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values)
            .return_values(returned);
        conditional(|| request.clone().send()).await
    }

    /// Makes one conditional put without a transaction. Returns whether its condition held.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub(super) async fn put_alone(&self, put: PutBuilder) -> Result<bool, StoreError> {
        let put = put.build().map_err(incomplete)?;
        let request = self
            .client
            .put_item()
            .table_name(put.table_name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values);
        Ok(conditional(|| request.clone().send()).await?.is_some())
    }
}

/// Returns random bytes, which identify an act.
pub(super) fn random() -> [u8; 16] {
    *uuid::Uuid::new_v4().as_bytes()
}

/// Converts a builder's error. An incomplete request is a bug, so it is `Refused`.
pub(super) fn incomplete(error: BuildError) -> StoreError {
    StoreError::Refused(error.to_string())
}
