//! The mails to inviters that are due.

use futures::{StreamExt, stream};

use super::CONCURRENT_WRITES;
use crate::domain::clock::Timestamp;
use crate::domain::digest::Digest;
use crate::domain::invite::Delivery;
use crate::engine::Engine;
use crate::engine::ends::Ended;
use crate::store::StoreError;

impl Engine {
    /// Queues the mails to inviters whose time has come, again those whose wait is over, and those
    /// that were queued for long without an outcome.
    ///
    /// A write that fails is left to the next run, and stops no other.
    pub(super) async fn queue_digests(&self, due: &[Digest], now: Timestamp) -> Ended<StoreError> {
        let writes: Vec<_> = due
            .iter()
            .filter_map(|digest| Some((digest, digest.looked_at(now)?)))
            .map(|(digest, delivery)| async move { self.queue_digest(digest, &delivery).await })
            .collect();
        let written = stream::iter(writes).buffer_unordered(CONCURRENT_WRITES);
        written.fold(Ended::NONE, |done, one| async move { done.and(one) }).await
    }

    async fn queue_digest(&self, digest: &Digest, delivery: &Delivery) -> Ended<StoreError> {
        // A digest that got news meanwhile stays in the index, so the next run looks at it again.
        let written = self.store.write_digest(digest, delivery).await;
        if let Err(error) = &written {
            tracing::warn!(%error, "Could not queue a mail to an inviter");
        }
        written.into()
    }
}
