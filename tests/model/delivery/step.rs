//! The steps: which are possible in a state, and the state after each.

use stateright::{Model, Property};

use super::properties;
use super::row::{INVITES, Invite, Seconds};
use super::run::{self, Next, Run, Ses};
use super::state::{Delivery, MailAction, MailState};
use super::table::Table;

/// The time at which an exploration starts.
const START: Seconds = 10_000;
/// The step of the clock. It is longer than any pause of a mail, and than a run.
const PAUSE: Seconds = 1_000;
/// The long step of the clock, after which a mail is given up: more than three days.
const DAYS: Seconds = 300_000;

impl Delivery {
    fn deliver(&self, state: &mut MailState, invite: Invite, record: u8) {
        let at = run::read(&state.table, invite, record, self.without);
        state.begin(invite, Some(record), at);
    }

    fn step(&self, state: &mut MailState, place: usize, ses: Ses) {
        let run = state.runs.remove(place);
        let limits = (self.most_mails, self.most_tries);
        match run.step(&mut state.table, ses, (limits, self.without)) {
            Next::Go(at) => {
                state.runs.push(Run { at, ..run });
                state.runs.sort_unstable();
            }
            Next::Done => {}
            Next::Fails => state.put_back(&run),
        }
    }
}

impl Model for Delivery {
    type State = MailState;
    type Action = MailAction;

    fn init_states(&self) -> Vec<MailState> {
        let (table, runs) = (Table::new(START), Vec::new());
        vec![MailState { table, runs, now: START, resends: 0, crashes: 0, waits: 0 }]
    }

    fn actions(&self, state: &MailState, actions: &mut Vec<MailAction>) {
        for invite in 0..INVITES as Invite {
            let row = state.table.row(invite);
            let has_room = state.runs.len() < self.most_runs;
            if !row.has_ended {
                actions.push(MailAction::End(invite));
                if state.resends < self.resends {
                    actions.push(MailAction::Resend(invite));
                }
            }
            if has_room && !state.has_run(invite, false) {
                if !state.table.stream[usize::from(invite)].is_empty() {
                    actions.push(MailAction::Deliver(invite));
                }
                actions.push(MailAction::Repeat(invite));
            }
            if has_room && !state.has_run(invite, true) && row.looked_at(state.now).is_some() {
                actions.push(MailAction::Tick(invite));
            }
        }
        for (place, run) in state.runs.iter().enumerate() {
            match run.at {
                run::Step::Send(_) => {
                    actions.extend(Ses::ALL.map(|ses| MailAction::Step(place, ses)));
                }
                _ => actions.push(MailAction::Step(place, Ses::Takes)),
            }
            if state.crashes < self.crashes {
                actions.push(MailAction::Crash(place));
            }
        }
        if state.waits < self.waits && state.runs.is_empty() {
            actions.push(MailAction::Wait);
        }
    }

    fn next_state(&self, state: &MailState, action: MailAction) -> Option<MailState> {
        let mut after = state.clone();
        match action {
            MailAction::End(invite) => {
                let row = after.table.row(invite).ended();
                after.table.put(invite, row);
            }
            MailAction::Resend(invite) => {
                let row = after.table.row(invite).resent(state.now);
                after.table.asked[usize::from(invite)] = row.mail(invite);
                after.table.put(invite, row);
                after.resends += 1;
            }
            MailAction::Deliver(invite) => {
                let record = after.table.stream[usize::from(invite)].remove(0);
                self.deliver(&mut after, invite, record);
            }
            MailAction::Repeat(invite) => {
                let record = after.table.row(invite).generation;
                self.deliver(&mut after, invite, record);
            }
            MailAction::Tick(invite) => {
                let at = run::look(&state.table, invite, state.now);
                after.begin(invite, None, at);
            }
            MailAction::Step(place, ses) => self.step(&mut after, place, ses),
            MailAction::Crash(place) => {
                let run = after.runs.remove(place);
                after.put_back(&run);
                after.note_crash(&run);
            }
            MailAction::Wait => {
                after.waits += 1;
                after.now += if after.waits == self.waits { DAYS } else { PAUSE };
            }
        }
        (after != *state).then_some(after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
