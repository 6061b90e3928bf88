//! What is due by the clock. A schedule starts it every minute.
//!
//! The index `due` tells what to look at. Every write is conditional on what was read, so a run that
//! is repeated, cut off, or made twice at once writes each change once. What fails stops nothing else:
//! the run does the rest, and fails at its end.

mod anonymize;
mod digests;
mod expire;
mod mails;
mod remind;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::engine::ends::Ended;
use crate::engine::{Engine, Fault};
use crate::store::{Due, DueShard};

/// Number of records after which a run leaves the rest to the next.
const MOST_AT_ONCE: usize = 5_000;
/// The time after which a run leaves the rest to the next. It is shorter than a minute and than the
/// function's timeout.
const BUDGET: Duration = Duration::from_secs(40);
/// Maximum number of concurrent writes of one kind.
const CONCURRENT_WRITES: usize = 16;

/// What a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ticked {
    /// The number of invites whose end it wrote.
    pub expired: usize,
    /// The number of mails that it queued again, gave up or asked for.
    pub mails: usize,
    /// The number of memberships that have ended and that it removed.
    pub memberships: usize,
    /// The number of ended invites whose personal data it removed.
    pub anonymized: usize,
    /// Whether it handled everything that was due. The next run continues otherwise.
    pub complete: bool,
}

/// What a run has done so far.
#[derive(Debug, Default)]
struct Run {
    expired: AtomicUsize,
    mails: AtomicUsize,
    memberships: AtomicUsize,
    anonymized: AtomicUsize,
    /// The first failure.
    failure: OnceLock<Fault>,
}

impl Run {
    fn add<E: Into<Fault>>(counter: &AtomicUsize, failure: &OnceLock<Fault>, ended: Ended<E>) {
        counter.fetch_add(ended.count, Ordering::Relaxed);
        if let Some(error) = ended.failure {
            failure.get_or_init(|| error.into());
        }
    }
}

impl Engine {
    /// Makes what is due at `now`: writes the expiries of invites whose time has passed, queues mails
    /// again, asks for reminders, removes the memberships that have ended, and the personal data of invites
    /// that ended long ago.
    ///
    /// # Errors
    /// The first `Fault`, after everything else was made. The next run tries again.
    pub async fn tick(&self, now: Timestamp) -> Result<Ticked, Fault> {
        self.tick_within(BUDGET, now).await
    }

    async fn tick_within(&self, budget: Duration, now: Timestamp) -> Result<Ticked, Fault> {
        let run = Run::default();
        let work = async {
            let (complete, anonymous) =
                futures::join!(self.work(now, &run), self.anonymize(now, &run));
            complete && anonymous
        };
        let complete = tokio::time::timeout(budget, work).await.unwrap_or(false);
        let Run { expired, mails, memberships, anonymized, failure } = run;
        let ticked = Ticked {
            expired: expired.into_inner(),
            mails: mails.into_inner(),
            memberships: memberships.into_inner(),
            anonymized: anonymized.into_inner(),
            complete,
        };
        match failure.into_inner() {
            None => Ok(ticked),
            Some(fault) => {
                tracing::warn!(?ticked, "Made what is due, except what failed");
                Err(fault)
            }
        }
    }

    /// Handles what is due. Returns whether that was everything.
    async fn work(&self, now: Timestamp, run: &Run) -> bool {
        let Run { expired, mails, memberships, failure, .. } = run;
        let (mut shards, mut read, mut complete) = (DueShard::all(), 0, true);
        while !shards.is_empty() && read < MOST_AT_ONCE {
            let pages = shards.drain(..).map(|shard| self.store.due(shard, now));
            let mut due = Due::default();
            for page in join_all(pages.collect::<Vec<_>>()).await {
                match page {
                    Ok((some, rest)) => {
                        due.append(some);
                        shards.extend(rest);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "Could not read a part of what is due");
                        failure.get_or_init(|| error.into());
                        complete = false;
                    }
                }
            }
            read += due.count();
            Run::add(expired, failure, self.write_expiries(&due.invites, now).await);
            Run::add(mails, failure, self.queue_mails_again(&due.invites, now).await);
            Run::add(mails, failure, self.ask_for_timed_mails(&due.invites, now).await);
            Run::add(mails, failure, self.queue_digests(&due.digests, now).await);
            Run::add(memberships, failure, self.remove_each_ended(due.members, now).await);
        }
        complete && shards.is_empty()
    }
}
