//! Writing the items of a request for many invites in transactions.
//!
//! An item that ends other invites, or whose transaction keeps failing, takes the path of a single
//! invite. An item for a person whom an earlier item invites waits until that one is written.

use std::collections::VecDeque;
use std::mem;

use futures::future::BoxFuture;
use futures::{StreamExt, stream};

use super::creation::{Created, Creation};
use super::plan::Draft;
use super::request::Ask;
use super::work::{Open, Ready, Work};
use crate::engine::attempt::Attempt;
use crate::engine::present::Present;
use crate::engine::{Engine, Outcome};

/// Maximum number of invites in one transaction. A new person takes three of its 100 writes.
const MOST_TOGETHER: usize = 25;
/// How often a failed transaction is split before its items are written alone.
const SPLITS: u8 = 2;
/// Maximum number of invites that are written alone at the same time.
const AT_ONCE: usize = 8;

impl Engine {
    /// Writes the decided items, and returns the outcomes of all items in the order of their places.
    pub(super) async fn write_all<'a>(&self, mut work: Work<'a>) -> Vec<Outcome<Creation>> {
        loop {
            self.write_ready(&mut work).await;
            self.write_alone(&mut work).await;
            if work.later.is_empty() {
                return work.outcomes.into_values().collect();
            }
            // The first of them is decided now, so the loop ends.
            let later = mem::take(&mut work.later);
            self.decide_again(&mut work, later).await;
        }
    }

    /// Writes the ready items in transactions. The items of a failed transaction are decided again,
    /// and written in two; at last alone.
    async fn write_ready<'a>(&self, work: &mut Work<'a>) {
        let mut queue: VecDeque<(u8, Vec<Ready<'a>>)> = VecDeque::new();
        queue.extend(chunks(mem::take(&mut work.ready), MOST_TOGETHER).map(|items| (0, items)));
        while let Some((splits, items)) = queue.pop_front() {
            let drafts: Vec<Draft> = items.iter().map(|item| item.draft.clone()).collect();
            let failed = match self.commit(&drafts, &mut true).await {
                Ok(Attempt::Done(())) => {
                    for Ready { place, draft, present, .. } in items {
                        work.outcomes.insert(place, Ok(self.made(draft, present)));
                    }
                    continue;
                }
                Ok(Attempt::Retry) => None,
                Err(stop) => Some(stop),
            };
            tracing::info!(?failed, items = items.len(), "Splits a transaction of new invites");
            let again: Vec<Open<'a>> =
                items.into_iter().map(|Ready { place, ask, .. }| (place, ask)).collect();
            if splits >= SPLITS || again.len() == 1 {
                work.alone.extend(again);
                continue;
            }
            self.decide_again(work, again).await;
            let half = work.ready.len().div_ceil(2).max(1);
            queue.extend(chunks(mem::take(&mut work.ready), half).map(|it| (splits + 1, it)));
        }
    }

    /// Reads the items again and decides about them. An item that has taken a place keeps it.
    async fn decide_again<'a>(&self, work: &mut Work<'a>, open: Vec<Open<'a>>) {
        let wanted: Vec<&Ask<'_>> = open.iter().map(|(_, ask)| ask).collect();
        match self.read_all_first(&wanted, 0).await {
            Ok(found) => {
                let places: Vec<usize> = open.iter().map(|(place, _)| *place).collect();
                if let Err(stop) = self.decide(work, open, found, None).await {
                    let undecided = places.into_iter().filter(|place| !work.has(*place));
                    let failed: Vec<usize> = undecided.collect();
                    work.outcomes.extend(failed.into_iter().map(|it| (it, Err(stop.clone()))));
                }
            }
            Err(stop) => {
                work.outcomes.extend(open.into_iter().map(|(place, _)| (place, Err(stop.clone()))));
            }
        }
    }

    /// Writes the remaining items by the path of a single invite.
    async fn write_alone<'a>(&self, work: &mut Work<'a>) {
        let dry_run = work.dry_run;
        // Boxed, because the compiler refuses futures that are nested too deeply.
        let mut writes: Vec<BoxFuture<'_, (usize, Outcome<Creation>)>> = Vec::new();
        for (place, ask) in mem::take(&mut work.alone) {
            writes.push(Box::pin(self.write_one(place, ask, dry_run)));
        }
        let written: Vec<(usize, Outcome<Creation>)> =
            stream::iter(writes).buffer_unordered(AT_ONCE).collect().await;
        work.outcomes.extend(written);
    }

    async fn write_one(
        &self,
        place: usize,
        mut ask: Ask<'_>,
        dry_run: bool,
    ) -> (usize, Outcome<Creation>) {
        let created = async {
            let found = self.read_first(&ask, 0).await?;
            let reads = self.read_rest(&ask, found, None).await?;
            self.create(&mut ask, reads, None, dry_run).await
        };
        (place, created.await)
    }

    fn made(&self, draft: Draft, present: Present) -> Creation {
        let token = self.token(&draft.invite);
        Creation::Made(Created { invite: draft.invite, token, present, invitee_ids: None })
    }
}

/// Splits the items into parts of at most `size`.
fn chunks<T>(items: Vec<T>, size: usize) -> impl Iterator<Item = Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || {
        let part: Vec<T> = items.by_ref().take(size).collect();
        (!part.is_empty()).then_some(part)
    })
}
