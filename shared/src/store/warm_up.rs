//! Opens connections to the table before the first request needs them (ADR 0019).

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures::future::join_all;

use super::{Store, keys};

impl Store {
    /// Opens this many connections, at least one. The others follow the first, so that they resume
    /// its TLS session, which takes no certificates. As many reads as connections then run at once:
    /// one of them uses the first connection again.
    pub(crate) async fn open(&self, connections: usize) {
        self.open_one().await;
        if connections > 1 {
            join_all((0..connections).map(|_| self.open_one())).await;
        }
    }

    /// Opens a connection by reading an item that does not exist. The response is ignored, even one
    /// that denies the function the read.
    async fn open_one(&self) {
        if let Ok(keys) = KeysAndAttributes::builder().keys(keys::unused().into_item()).build() {
            let _answered =
                self.client.batch_get_item().request_items(&self.table, keys).send().await;
        }
    }
}
