//! Opens the connection to the table before the first request needs it.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::{Store, keys};

impl Store {
    /// Opens the connection, so that the first request doesn't wait for it: reads an item that does
    /// not exist. Any answer will do, even that the function may not read items.
    pub(crate) async fn open(&self) {
        if let Ok(keys) = KeysAndAttributes::builder().keys(keys::nothing().into_item()).build() {
            let _answered =
                self.client.batch_get_item().request_items(&self.table, keys).send().await;
        }
    }
}
