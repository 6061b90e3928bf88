//! The items of a request for many invites, by what is left to do.

use std::collections::{BTreeMap, BTreeSet};

use super::creation::Creation;
use super::plan::Draft;
use super::request::Ask;
use super::room::Room;
use crate::domain::invite::Invite;
use crate::engine::Outcome;
use crate::engine::fault::Stop;
use crate::engine::present::Present;
use crate::engine::refusal::Refusal;
use crate::store::KeptResult;

/// An item that has no outcome yet: its place among the outcomes, and its request.
pub(super) type Open<'a> = (usize, Ask<'a>);

/// An item that is ready to be written.
pub(super) struct Ready<'a> {
    pub(super) place: usize,
    pub(super) ask: Ask<'a>,
    pub(super) draft: Draft,
    pub(super) present: Present,
}

/// The items of a bulk request, by what is left to do.
pub(super) struct Work<'a> {
    pub(super) outcomes: BTreeMap<usize, Outcome<Creation>>,
    /// The pending invites that items asked for.
    pub(super) found: Vec<(usize, Invite)>,
    pub(super) ready: Vec<Ready<'a>>,
    pub(super) alone: Vec<Open<'a>>,
    /// The items for people whom earlier items invite.
    pub(super) later: Vec<Open<'a>>,
    /// The group's room under its cap, and the items that have taken a place.
    pub(super) room: Room,
    pub(super) counted: BTreeSet<usize>,
    pub(super) dry_run: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(dry_run: bool) -> Self {
        Self {
            outcomes: BTreeMap::new(),
            found: Vec::new(),
            ready: Vec::new(),
            alone: Vec::new(),
            later: Vec::new(),
            room: Room::UNKNOWN,
            counted: BTreeSet::new(),
            dry_run,
        }
    }

    /// Adds the recalled results of an earlier attempt. Returns the items that had failed.
    pub(super) fn recalled(
        &mut self,
        open: Vec<Open<'a>>,
        results: &[KeptResult],
        recalled: Vec<Outcome<Creation>>,
    ) -> Vec<Open<'a>> {
        for (place, (result, outcome)) in results.iter().zip(recalled).enumerate() {
            if *result != KeptResult::Failed {
                self.outcomes.entry(place).or_insert(outcome);
            }
        }
        open.into_iter().filter(|(place, _)| !self.outcomes.contains_key(place)).collect()
    }

    /// Takes a place under the cap for the item, if it has none yet.
    ///
    /// # Errors
    /// `Limited::Pending`.
    pub(super) fn take_a_place(&mut self, place: usize) -> Result<(), Refusal> {
        if self.counted.insert(place) { self.room.take() } else { Ok(()) }
    }

    /// Returns the valid requests with their places. The others have their outcome.
    pub(super) fn asked(&mut self, asks: Vec<Result<Ask<'a>, Refusal>>) -> Vec<Open<'a>> {
        let mut open = Vec::new();
        for (place, ask) in asks.into_iter().enumerate() {
            match ask {
                Ok(ask) => open.push((place, ask)),
                Err(refusal) => drop(self.outcomes.insert(place, Err(refusal.into()))),
            }
        }
        open
    }

    /// Refuses the item with this place.
    pub(super) fn refuse(&mut self, place: usize, reason: impl Into<Stop>) {
        self.outcomes.insert(place, Err(reason.into()));
    }

    /// Returns whether the item with this place has an outcome, or will be written.
    pub(super) fn has(&self, place: usize) -> bool {
        self.outcomes.contains_key(&place)
            || self.ready.iter().any(|ready| ready.place == place)
            || self.alone.iter().chain(&self.later).any(|(other, _)| *other == place)
    }
}
