//! Creating up to a hundred invites in one request. Each item has its own outcome.
//!
//! The items are read in batches, decided one by one, and written in transactions
//! (`together`).

use std::collections::BTreeMap;

use super::creation::{Creation, Making};
use super::repeat::{Begun, entropy_of, is_written};
use super::request::{Ask, NewInvite};
use super::rules::admit_inviter;
use super::work::Work;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::ids::GroupId;
use crate::domain::rule::InviteRule;
use crate::engine::acting::Acting;
use crate::engine::refusal::{Conflict, Limited, Refusal};
use crate::engine::{Engine, Outcome};
use crate::store::KeptRequest;

/// The outcomes of a request to create many invites.
#[derive(Debug)]
pub struct Bulk {
    /// The outcome of each different item.
    pub outcomes: Vec<Outcome<Creation>>,
    /// For each item of the request, the place of its outcome. Items with the same invitee have the
    /// outcome of the first.
    pub places: Vec<usize>,
}

impl Engine {
    /// Creates these invites into the group in the name of the caller. Each counts in the inviter's
    /// window, and those that do not fit are `Limited::Rate`. The outcomes have the errors of
    /// [`Engine::request_invite`].
    ///
    /// # Errors
    /// What concerns all of them: `NotFound::Group`, `Denied::NotMember`,
    /// `Forbidden::MayNotInvite`, `Forbidden::Frozen`, `Conflict::KeyReused`,
    /// `Conflict::KeyInProgress`, `Fault`.
    pub async fn request_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        new: Vec<NewInvite>,
        making: &Making,
        now: Timestamp,
    ) -> Outcome<Bulk> {
        let acting = Acting { caller, now };
        let (mut kept, is_first) = match self.begin(caller, group, making, now).await? {
            Begun::Unkeyed => {
                let batch = Batch::of(acting, group, new, making.entropy);
                return self.invite_all(batch, making.dry_run, None).await;
            }
            Begun::First(kept) => (kept, true),
            Begun::Continued(kept) => (kept, false),
            Begun::Repeated(results) => {
                let Batch { rule, places, .. } = Batch::of(acting, group, new, making.entropy);
                let outcomes = self.recall(acting, group, rule, &results).await?;
                return Ok(Bulk { outcomes, places });
            }
        };
        // A continued request recognizes what earlier attempts made by its random bytes.
        let batch = Batch::of(acting, group, new, entropy_of(&kept, making));
        let bulk = self.invite_all(batch, false, Some(&mut kept)).await;
        let written = match &bulk {
            Ok(bulk) => self.store.keep_request(&kept.with_outcomes(&bulk.outcomes)).await,
            // An earlier attempt may have made something, so its key stays.
            Err(_) if !is_first => self.store.release_request(&kept).await,
            Err(stop) => self.give_up(&kept, stop).await,
        };
        if !is_written(written) {
            tracing::info!("A repeat has taken over a request for many invites");
        }
        bulk
    }

    /// Creates the invites, each counted in the inviter's window. `kept` is the request, if it has a
    /// key; an earlier attempt may have counted it, and has the results of some of its items.
    async fn invite_all(
        &self,
        batch: Batch<'_>,
        dry_run: bool,
        mut kept: Option<&mut KeptRequest>,
    ) -> Outcome<Bulk> {
        let Batch { acting, group, rule, asks, places } = batch;
        let now = acting.now;
        let mut work = Work::new(dry_run);
        let mut open = work.asked(asks);
        let mut counted = kept.as_ref().and_then(|kept| kept.passed);
        if let Some(results) = kept.as_ref().and_then(|kept| kept.results.as_ref()) {
            let recalled = self.recall(acting, group, rule, results).await?;
            // The items that failed had passed the window.
            open = work.recalled(open, results, recalled);
            counted = Some(saturated(open.len()));
        }
        let wanted: Vec<&Ask<'_>> = open.iter().map(|(_, ask)| ask).collect();
        let (passed, found, started) = futures::join!(
            self.pass_recipients(acting, saturated(wanted.len()), counted),
            self.read_all_first(&wanted, 0),
            self.begin_count(group, dry_run, now)
        );
        let passed = passed?;
        if let (Some(kept), None) = (&mut kept, counted) {
            kept.passed = Some(passed);
        }
        let mut found = found?;
        if let (Some((_, ask)), Some(Ok(found))) = (open.first(), found.first()) {
            admit_inviter(ask, found)?;
        }
        if let (Some(kept), None) = (&kept, counted)
            && !self.store.note_passed(kept, passed).await?
        {
            return Err(Conflict::KeyInProgress.into());
        }
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        found.truncate(passed);
        for (place, _) in open.split_off(passed.min(open.len())) {
            work.refuse(place, Limited::Rate(self.invites_per_inviter.remaining(now)));
        }
        self.decide(&mut work, open, found, Some(&started)).await?;
        Ok(Bulk { outcomes: self.write_all(work).await, places })
    }

    /// Counts these recipients in the inviter's window, unless `counted` have passed it before.
    /// Returns how many passed.
    async fn pass_recipients(
        &self,
        Acting { caller, now }: Acting<'_>,
        recipients: u32,
        counted: Option<u32>,
    ) -> Outcome<u32> {
        let (window, user) = (self.invites_per_inviter, caller.user.as_str());
        match counted {
            Some(passed) => Ok(passed),
            None => Ok(self.store.pass_some(window, user, recipients, now).await?),
        }
    }
}

/// The items of a request.
struct Batch<'a> {
    acting: Acting<'a>,
    group: &'a GroupId,
    /// The rule by which the caller may invite.
    rule: InviteRule,
    /// The requests for different invitees.
    asks: Vec<Result<Ask<'a>, Refusal>>,
    /// For each item the place of its request.
    places: Vec<usize>,
}

impl<'a> Batch<'a> {
    /// Returns the items of a request with these random bytes.
    fn of(acting: Acting<'a>, group: &'a GroupId, new: Vec<NewInvite>, entropy: [u8; 16]) -> Self {
        let rule = new.first().map(|new| new.rule).unwrap_or_default();
        let (mut asks, mut places) = (Vec::new(), Vec::new());
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (number, new) in new.into_iter().enumerate() {
            let request = RequestId::numbered(entropy, number);
            let key = new.invitee.invitee(&request).key();
            let place = *known.entry(key).or_insert_with(|| {
                asks.push(Ask::of(acting, new, request));
                asks.len() - 1
            });
            places.push(place);
        }
        Self { acting, group, rule, asks, places }
    }
}

fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
