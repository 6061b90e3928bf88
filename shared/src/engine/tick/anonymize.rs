//! The personal data of invites that ended long ago.

use std::sync::atomic::Ordering;

use futures::future::join_all;
use futures::{StreamExt, stream};

use super::{CONCURRENT_WRITES, MOST_AT_ONCE, Run};
use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, Retained};
use crate::engine::ends::Ended;
use crate::engine::{Engine, Fault};
use crate::store::{Right, StoreError};

impl Engine {
    /// Removes the personal data of the invites that ended long enough ago, in the part of the index
    /// whose turn it is. A run each minute has looked at every part after eight minutes. Returns
    /// whether everything in the part was handled.
    pub(super) async fn anonymize(&self, now: Timestamp, run: &Run) -> bool {
        let shard = now.seconds().unsigned_abs() / 60;
        let parts = Retained::ALL.map(|end| self.anonymize_part(shard, end, now, run));
        join_all(parts).await.into_iter().all(|complete| complete)
    }

    async fn anonymize_part(&self, shard: u64, end: Retained, now: Timestamp, run: &Run) -> bool {
        let until = self.retention.until(end, now);
        let (mut from, mut read) = (None, 0);
        loop {
            let (invites, next) = match self.store.retained((shard, end), from, until).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "Could not read a part of the ended invites");
                    run.failure.get_or_init(|| error.into());
                    return false;
                }
            };
            read += invites.len();
            let done = self.anonymize_each(invites, now).await;
            run.anonymized.fetch_add(done.count, Ordering::Relaxed);
            if let Some(error) = done.failure {
                run.failure.get_or_init(|| Fault::from(error));
            }
            from = next;
            if from.is_none() || read >= MOST_AT_ONCE {
                return from.is_none();
            }
        }
    }

    async fn anonymize_each(&self, invites: Vec<Invite>, now: Timestamp) -> Ended<StoreError> {
        let writes: Vec<_> = invites
            .into_iter()
            .map(|invite| async move { self.anonymize_one(&invite, now).await })
            .collect();
        let written = stream::iter(writes).buffer_unordered(CONCURRENT_WRITES);
        written.fold(Ended::NONE, |done, one| async move { done.and(one) }).await
    }

    /// Removes the personal data of an invite, unless it has changed since it was read.
    async fn anonymize_one(&self, invite: &Invite, now: Timestamp) -> Ended<StoreError> {
        let Some(anonymous) = invite.anonymize(now) else { return Ended::NONE };
        let written = self.store.rewrite_invite(&anonymous, Right::Own).await;
        if let Err(error) = &written {
            tracing::warn!(%error, invite.id = %invite.id, group.id = %invite.group, "Could not remove the personal data of an ended invite");
        }
        written.into()
    }
}
