//! The ends of invites by time.

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Invite, Transition};
use crate::engine::Engine;
use crate::engine::ends::Ended;
use crate::store::StoreError;

impl Engine {
    /// Stores the expiry of each of the invites whose time has passed, unless the invite changes
    /// meanwhile. A link whose uses were all taken before is stored as exhausted.
    pub(super) async fn write_expiries(&self, due: &[Invite], now: Timestamp) -> Ended<StoreError> {
        // An index may lag, so some have a later expiry by now, or have ended.
        let ended = due.iter().filter_map(|it| it.expire(now).or_else(|_| it.exhaust(now)).ok());
        self.end_each(ended.collect::<Vec<Transition>>()).await
    }
}
