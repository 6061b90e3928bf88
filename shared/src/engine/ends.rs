//! Ending many invites or memberships, each by a write of its own. The failure of one stops no other.
//!
//! The futures are boxed: the compiler refuses types that are nested as deeply as these, inside the
//! futures of the functions.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::ids::GroupId;
use crate::domain::invite::Transition;
use crate::domain::member::Member;
use crate::engine::{Engine, Fault};
use crate::store::StoreError;

/// Maximum number of concurrent writes.
const CONCURRENT_WRITES: usize = 16;

/// The outcome of many writes.
#[derive(Debug)]
pub(super) struct Ended<E> {
    /// The number of records that were ended.
    pub(super) count: usize,
    /// The first failure. The writes after it were made, too.
    pub(super) failure: Option<E>,
}

impl<E> Ended<E> {
    pub(super) const NONE: Self = Self { count: 0, failure: None };

    pub(super) fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, failure: self.failure.or(other.failure) }
    }

    /// Returns how many records were ended.
    ///
    /// # Errors
    /// The first failure.
    pub(super) fn all(self) -> Result<usize, E> {
        self.failure.map_or(Ok(self.count), Err)
    }
}

impl<E> From<Result<bool, E>> for Ended<E> {
    /// Converts the outcome of one write, which says whether it ended a record.
    fn from(one: Result<bool, E>) -> Self {
        match one {
            Ok(ended) => Self { count: usize::from(ended), failure: None },
            Err(failure) => Self { count: 0, failure: Some(failure) },
        }
    }
}

impl Engine {
    /// Ends each of the invites that is still as the transition found it.
    pub(super) fn end_each(&self, ended: Vec<Transition>) -> BoxFuture<'_, Ended<StoreError>> {
        let ends = ended.into_iter().map(move |ended| self.end_one(ended).boxed());
        stream::iter(ends)
            .buffer_unordered(CONCURRENT_WRITES)
            .fold(Ended::NONE, |all, one| async move { all.and(one) })
            .boxed()
    }

    async fn end_one(&self, ended: Transition) -> Ended<StoreError> {
        let written = self.store.end_invite(&ended).await;
        if let Err(error) = &written {
            let id = ended.invite.id;
            tracing::warn!(%error, invite.id = %id, group.id = %ended.invite.group, "Could not end invite {id}");
        }
        written.map(|it| it.is_some()).into()
    }

    /// Removes each of the members of a group that `by` deleted.
    pub(super) fn remove_each<'a>(
        &'a self,
        members: Vec<Member>,
        by: &'a Author,
        now: Timestamp,
    ) -> BoxFuture<'a, Ended<StoreError>> {
        let removals = members.into_iter().map(move |member| {
            async move {
                let removed = self.store.delete_member(&member, by, now).await;
                Ended::from(removed.map(|()| true))
            }
            .boxed()
        });
        stream::iter(removals)
            .buffer_unordered(CONCURRENT_WRITES)
            .fold(Ended::NONE, |all, one| async move { all.and(one) })
            .boxed()
    }

    /// Removes each of the memberships that has still ended. Those of one group follow each other,
    /// because each of them writes the group.
    pub(super) fn remove_each_ended(
        &self,
        members: Vec<Member>,
        now: Timestamp,
    ) -> BoxFuture<'_, Ended<Fault>> {
        let mut by_group: BTreeMap<GroupId, Vec<Member>> = BTreeMap::new();
        for member in members {
            by_group.entry(member.group.clone()).or_default().push(member);
        }
        let removals =
            by_group.into_values().map(move |members| self.remove_in_turn(members, now).boxed());
        stream::iter(removals)
            .buffer_unordered(CONCURRENT_WRITES)
            .fold(Ended::NONE, |all, some| async move { all.and(some) })
            .boxed()
    }

    async fn remove_in_turn(&self, members: Vec<Member>, now: Timestamp) -> Ended<Fault> {
        let mut all = Ended::NONE;
        for member in members {
            let removed = self.remove_ended(&member, now).await;
            if let Err(error) = &removed {
                tracing::warn!(%error, group.id = %member.group, "Could not remove a membership that has ended");
            }
            all = all.and(removed.into());
        }
        all
    }
}
