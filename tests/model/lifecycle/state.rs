//! What is explored, its states and its steps.

use super::act::{Act, Program, Request};
use super::conditions::Condition;
use super::notes::Breach;
use super::rows::Seconds;
use super::start::Start;
use super::stream::Item;
use super::table::Table;
use crate::left_out::LeftOut;

/// What is explored.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// The tables to start with.
    pub starts: Vec<Start>,
    /// The requests that people make.
    pub requests: Vec<Request>,
    /// The most requests.
    pub most_requests: u8,
    /// The most runs of functions under way.
    pub most_runs: usize,
    /// The most crashes of functions on the stream. A crash ends a run between two calls, or after its
    /// last write, and the record is delivered again. That a request crashes needs no step: an act
    /// that makes no further call has crashed, and the properties hold beside it.
    pub crashes: u8,
    /// The most seconds that pass while acts are under way.
    pub seconds: u8,
    /// The most long waits, during which no act is under way.
    pub waits: u8,
    /// Whether a batch reads its items in any order, and not at one moment.
    pub orders: bool,
    /// The condition that is left out, to see that a property needs it.
    pub without: LeftOut<Condition>,
}

/// The table, the acts under way, and what is used up of the bounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub(super) table: Table,
    pub(super) acts: Vec<Act>,
    pub(super) now: Seconds,
    pub(super) requests: u8,
    pub(super) crashes: u8,
    pub(super) seconds: u8,
    pub(super) waits: u8,
}

/// One step of the exploration. The number selects one of several outcomes.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A person's request makes its first call.
    Begin(Request, u8),
    /// The stream delivers the next record of an item.
    Deliver(ItemName),
    /// The clock starts its function.
    Tick,
    /// The act at this place makes its next call.
    Step(ActName, u8),
    /// The act at this place ends before its next call.
    Crash(ActName),
    /// The act at this place makes its next call, and then ends.
    CrashAfter(ActName, u8),
    /// A second passes.
    Second,
    /// A long time passes.
    Wait,
}

/// An item, as a trace names it.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemName(pub(super) Item);

/// An act, as a trace names it.
#[derive(Clone, Debug, PartialEq)]
pub struct ActName(pub(super) Act);

impl State {
    pub(super) fn broke(&self, rule: Breach) -> bool {
        self.table.notes.has(rule)
    }

    /// Returns whether every record of the stream is handled. Requests may be under way: each of them
    /// may have crashed.
    pub(super) fn is_drained(&self) -> bool {
        self.table.stream.is_drained() && self.runs() == 0
    }

    /// Returns the number of runs of functions that are under way.
    pub(super) fn runs(&self) -> usize {
        self.acts.iter().filter(|act| act.program.is_run()).count()
    }

    pub(super) fn put(&mut self, act: Act) {
        let place = self.acts.partition_point(|other| *other < act);
        self.acts.insert(place, act);
    }

    pub(super) fn take(&mut self, act: &Act) {
        if let Some(place) = self.acts.iter().position(|other| other == act) {
            self.acts.remove(place);
        }
    }

    /// Ends the act without an answer. The record of a run is delivered again.
    pub(super) fn crash(&mut self, act: &Act) {
        self.crashes += 1;
        if let Program::Follow(item, change) = act.program {
            self.table.stream.put_back(item, change);
        }
    }
}
