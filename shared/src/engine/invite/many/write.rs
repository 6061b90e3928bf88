//! Writing the decided acts on many invites.

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use crate::domain::ids::InviteId;
use crate::domain::invite::{Invite, Transition};
use crate::engine::Engine;
use crate::engine::attempt::ATTEMPTS;
use crate::store::{Right, StoreError, TogetherOutcome};

/// Maximum number of invites in one transaction.
const MOST_TOGETHER: usize = 25;
/// Maximum number of concurrent writes without a transaction.
const CONCURRENT_WRITES: usize = 16;

/// What became of the writes of many acts.
#[derive(Debug, Default)]
pub(in crate::engine::invite) struct Written {
    /// The invites that were written, as they were planned.
    pub(in crate::engine::invite) invites: Vec<Invite>,
    /// The invites that changed meanwhile, or whose actor lost the right. The act on each must be
    /// decided anew.
    pub(in crate::engine::invite) undecided: Vec<InviteId>,
    /// The invites of which it is not known whether they were written.
    pub(in crate::engine::invite) failed: Vec<(InviteId, StoreError)>,
}

impl Engine {
    /// Writes these transitions of a group's invites by the right of one actor.
    ///
    /// The transactions follow one another, because each checks the same membership, and concurrent
    /// transactions on one item conflict. A link has a transaction of its own, because people who
    /// join by it would conflict with the other writes.
    pub(in crate::engine::invite) fn write_acts<'a>(
        &'a self,
        transitions: Vec<Transition>,
        right: Right<'a>,
    ) -> BoxFuture<'a, Written> {
        async move {
            let is_link = |act: &Transition| act.invite.invitee.link().is_some();
            let (links, others): (Vec<_>, Vec<_>) = transitions.into_iter().partition(is_link);
            let mut written = Written::default();
            for part in others.chunks(MOST_TOGETHER).chain(links.chunks(1)) {
                self.write_part(part.to_vec(), right, &mut written).await;
            }
            written
        }
        .boxed()
    }

    /// Writes the part in one transaction. If some of its invites have changed, writes the others.
    async fn write_part(&self, mut part: Vec<Transition>, right: Right<'_>, written: &mut Written) {
        for _ in 0..ATTEMPTS {
            if part.is_empty() {
                return;
            }
            match self.store.write_together(&part, right).await {
                Ok(TogetherOutcome::Written) => {
                    written.invites.extend(part.into_iter().map(|act| act.invite));
                    return;
                }
                Ok(TogetherOutcome::Changed(places)) => {
                    let mut place = 0..;
                    part.retain(|act| {
                        let changed = place.next().is_some_and(|it| places.contains(&it));
                        if changed {
                            written.undecided.push(act.invite.id);
                        }
                        !changed
                    });
                }
                Ok(TogetherOutcome::RightLost) => break,
                Err(error) => return self.look_again(part, error, written).await,
            }
        }
        written.undecided.extend(part.iter().map(|act| act.invite.id));
    }

    /// Sorts the invites of a failed transaction into those that it wrote after all and the others.
    async fn look_again(&self, part: Vec<Transition>, error: StoreError, written: &mut Written) {
        tracing::warn!(%error, invites = part.len(), "A transaction of many invites failed");
        let Some(first) = part.first() else { return };
        let ids: Vec<InviteId> = part.iter().map(|act| act.invite.id).collect();
        let Ok(stored) = self.store.invites(&first.invite.group, &ids).await else {
            written.failed.extend(ids.into_iter().map(|id| (id, error.clone())));
            return;
        };
        for Transition { invite, .. } in part {
            if stored.iter().any(|stored| is_written(stored, &invite)) {
                written.invites.push(invite);
            } else {
                written.undecided.push(invite.id);
            }
        }
    }

    /// Ends each of these invites by a write of its own, which checks no right. Returns the invites
    /// as they are stored afterwards.
    pub(in crate::engine::invite) fn end_own(
        &self,
        transitions: Vec<Transition>,
    ) -> BoxFuture<'_, Written> {
        let ends = transitions.into_iter().map(move |act| {
            async move { (act.invite.id, self.store.end_invite(&act).await) }.boxed()
        });
        let ended = stream::iter(ends).buffer_unordered(CONCURRENT_WRITES);
        ended
            .fold(Written::default(), |mut written, (id, ended)| async move {
                match ended {
                    Ok(Some(invite)) => written.invites.push(invite),
                    Ok(None) => written.undecided.push(id),
                    Err(error) => written.failed.push((id, error)),
                }
                written
            })
            .boxed()
    }
}

/// Returns whether the stored invite is the one that was planned.
fn is_written(stored: &Invite, planned: &Invite) -> bool {
    let facts = |it: &Invite| (it.id, it.version, it.generation, it.updated_at, it.stored_state());
    facts(stored) == facts(planned) && stored.granted_by == planned.granted_by
}
