//! Mails that wait for another try, or that nobody has handled.

use futures::{StreamExt, stream};

use super::CONCURRENT_WRITES;
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Delivery, DeliveryState, Invite};
use crate::engine::Engine;
use crate::engine::ends::Ended;
use crate::store::StoreError;

impl Engine {
    /// Queues the mails of these invites again whose wait is over, and those that were queued for
    /// long without an outcome. A mail that was asked for too long ago has failed.
    ///
    /// A write that fails is left to the next run, and stops no other.
    pub(super) async fn queue_mails_again(
        &self,
        due: &[Invite],
        now: Timestamp,
    ) -> Ended<StoreError> {
        let again = due.iter().filter(|invite| invite.is_pending(now));
        let again = again.filter_map(|invite| Some((invite, invite.delivery.queued_again(now)?)));
        let writes: Vec<_> = again
            .map(|(invite, delivery)| async move { self.queue_again(invite, &delivery, now).await })
            .collect();
        let written = stream::iter(writes).buffer_unordered(CONCURRENT_WRITES);
        written.fold(Ended::NONE, |done, one| async move { done.and(one) }).await
    }

    async fn queue_again(
        &self,
        invite: &Invite,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Ended<StoreError> {
        // An invite that changed meanwhile stays in the index, so the next run looks at it again.
        let written = self.store.write_delivery(invite, delivery, now).await;
        let is_written = matches!(written, Ok(true));
        let (id, group) = (invite.id, &invite.group);
        match written {
            Ok(true) if delivery.state == DeliveryState::Failed => {
                tracing::warn!(invite.id = %id, group.id = %group, outcome = "Failed", "Gave up a mail");
            }
            Ok(true) => {
                tracing::info!(invite.id = %id, group.id = %group, "Queued a mail again");
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, invite.id = %id, group.id = %group, "Could not queue a mail again");
                return Ended { count: 0, failure: Some(error) };
            }
        }
        Ended { count: usize::from(is_written), failure: None }
    }
}
