//! Opens a connection to the table before the first request needs it (ADR 0019).

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::{Store, keys};

impl Store {
    /// Opens a connection by reading an item that does not exist. The response is ignored, even one
    /// that denies the function the read.
    pub(crate) async fn open(&self) {
        if let Ok(keys) = KeysAndAttributes::builder().keys(keys::unused().into_item()).build() {
            let _answered =
                self.client.batch_get_item().request_items(&self.table, keys).send().await;
        }
    }
}
