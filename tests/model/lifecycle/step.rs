//! The steps: which are possible in a state, and the state after each.

use stateright::{Model, Property};

use super::act::{Act, At, Program, Request};
use super::call::{Call, Next};
use super::rows::Seconds;
use super::start::{START, Start};
use super::state::{ActName, Action, ItemName, Lifecycle, State};
use super::stream::Item;
use super::{index, properties};

/// The step of the clock that no act outlives, in seconds. It is longer than an hour.
const LONG: Seconds = 4_000;

impl Lifecycle {
    fn program(&self, request: Request, state: &State) -> Program {
        Program::of(request, |slot| state.table.invite(slot).map_or(0, |it| it.generation))
    }

    /// Begins an act, unless its first call ends it. A record that needs nothing is handled.
    fn begin(&self, state: &State, program: Program, choice: u8) -> Option<State> {
        let mut after = state.clone();
        let (without, now) = (self.without, state.now);
        let mut call = Call { table: &mut after.table, now, clock: now, choice, without };
        match (program.first(&mut call), program) {
            (Next::Go(at), _) => after.put(Act { program, now, again: false, at }),
            (Next::Done, Program::Follow(..)) => {}
            (Next::Done | Next::Again, _) => return None,
        }
        Some(after)
    }

    /// Makes the next call of the act. If it `crashes`, the act ends after the call.
    fn step(&self, state: &State, act: Act, choice: u8, crashes: bool) -> State {
        let mut after = state.clone();
        after.take(&act);
        let (without, now, clock) = (self.without, act.now, state.now);
        let mut call = Call { table: &mut after.table, now, clock, choice, without };
        let next = act.step(&mut call);
        match next {
            _ if crashes => after.crash(&act),
            Next::Go(at) => after.put(Act { at, ..act }),
            Next::Again if !act.again => after.put(Act { again: true, at: At::First, ..act }),
            Next::Again | Next::Done => {}
        }
        after
    }

    fn begins(&self, state: &State, actions: &mut Vec<Action>) {
        let is_under_way =
            |is: &dyn Fn(Program) -> bool| state.acts.iter().any(|act| is(act.program));
        if state.requests < self.most_requests {
            for request in &self.requests {
                let program = self.program(*request, state);
                let orders = if self.orders { program.orders() } else { 1 };
                if self.begin(state, program, 0).is_some() {
                    actions.extend((0..orders).map(|order| Action::Begin(*request, order)));
                }
            }
        }
        if state.runs() == self.most_runs {
            return;
        }
        for item in Item::ALL {
            let is_followed =
                is_under_way(&|it| matches!(it, Program::Follow(of, _) if of == item));
            if state.table.stream.next(item).is_some() && !is_followed {
                actions.push(Action::Deliver(ItemName(item)));
            }
        }
        if !is_under_way(&|it| it == Program::Tick) && self.begin(state, Program::Tick, 0).is_some()
        {
            actions.push(Action::Tick);
        }
    }

    fn steps(&self, state: &State, actions: &mut Vec<Action>) {
        let may_crash =
            |act: &Act| state.crashes < self.crashes && matches!(act.program, Program::Follow(..));
        for act in &state.acts {
            for way in 0..act.ways() {
                if way > 0 && !index::is_distinct(&state.table, way) {
                    continue;
                }
                actions.push(Action::Step(ActName(*act), way));
                if may_crash(act) {
                    actions.push(Action::CrashAfter(ActName(*act), way));
                }
            }
            if may_crash(act) {
                actions.push(Action::Crash(ActName(*act)));
            }
        }
    }
}

impl Model for Lifecycle {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (acts, now) = (Vec::new(), START);
        let state = |start: &Start| State {
            table: start.table(),
            acts: acts.clone(),
            now,
            requests: 0,
            crashes: 0,
            seconds: 0,
            waits: 0,
        };
        self.starts.iter().map(state).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.begins(state, actions);
        self.steps(state, actions);
        if state.seconds < self.seconds {
            actions.push(Action::Second);
        }
        if state.waits < self.waits && state.acts.is_empty() {
            actions.push(Action::Wait);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(match action {
            Action::Begin(request, order) => {
                let after = self.begin(state, self.program(request, state), order)?;
                State { requests: state.requests + 1, ..after }
            }
            Action::Deliver(ItemName(item)) => {
                let change = state.table.stream.next(item)?;
                let mut after = self.begin(state, Program::Follow(item, change), 0)?;
                after.table.stream.take(item);
                after
            }
            Action::Tick => self.begin(state, Program::Tick, 0)?,
            Action::Step(ActName(act), way) => self.step(state, act, way, false),
            Action::CrashAfter(ActName(act), way) => self.step(state, act, way, true),
            Action::Crash(ActName(act)) => {
                let mut after = state.clone();
                after.take(&act);
                after.crash(&act);
                after
            }
            Action::Second => {
                State { now: state.now + 1, seconds: state.seconds + 1, ..state.clone() }
            }
            Action::Wait => {
                let mut after = state.clone();
                after.table.notes.fresh = Default::default();
                State { now: state.now + LONG, waits: state.waits + 1, ..after }
            }
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
