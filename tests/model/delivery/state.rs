//! What is explored, its states and its steps.

use super::row::{Invite, Seconds};
use super::run::{Run, Ses, Step};
use super::table::{MailCondition, Table};
use crate::left_out::LeftOut;

/// What is explored.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The most mails of a day.
    pub most_mails: usize,
    /// The most tries of a mail whose outcome is unknown.
    pub most_tries: u8,
    /// The most resends.
    pub resends: u8,
    /// The most runs under way.
    pub most_runs: usize,
    /// The most crashes of runs.
    pub crashes: u8,
    /// The most steps of the clock, each while no run is under way. The last one is long.
    pub waits: u8,
    /// The condition that is left out, to see that a property needs it.
    pub without: LeftOut<MailCondition>,
}

/// The table, the runs under way, and what is used up of the bounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailState {
    pub(super) table: Table,
    pub(super) runs: Vec<Run>,
    pub(super) now: Seconds,
    pub(super) resends: u8,
    pub(super) crashes: u8,
    pub(super) waits: u8,
}

/// One step of the exploration.
#[derive(Clone, Debug, PartialEq)]
pub enum MailAction {
    /// The invite ends.
    End(Invite),
    /// The invite is sent again with a new link.
    Resend(Invite),
    /// The stream starts the function that sends mails.
    Deliver(Invite),
    /// The stream starts it again with a record that it has handled.
    Repeat(Invite),
    /// The clock's function looks at the invite's mail.
    Tick(Invite),
    /// The run at this place makes its next call. SES answers so, if it is asked.
    Step(usize, Ses),
    /// The run at this place ends before its next call.
    Crash(usize),
    /// Time passes.
    Wait,
}

impl MailState {
    pub(super) fn begin(&mut self, invite: Invite, record: Option<u8>, at: Option<Step>) {
        if let Some(at) = at {
            self.runs.push(Run { invite, record, now: self.now, at });
            self.runs.sort_unstable();
        }
    }

    /// Returns whether a run of this kind is under way for the invite.
    pub(super) fn has_run(&self, invite: Invite, by_clock: bool) -> bool {
        self.runs.iter().any(|run| run.invite == invite && run.record.is_none() == by_clock)
    }

    /// A run crashes. If SES has taken its mail, the outcome of that try stays unknown.
    pub(super) fn note_crash(&mut self, run: &Run) {
        self.crashes += 1;
        if run.has_sent() {
            self.table.happens(run.row().mail(run.invite), 0, 1);
        }
    }

    /// Delivers the record of the run again.
    pub(super) fn put_back(&mut self, run: &Run) {
        let queue = &mut self.table.stream[usize::from(run.invite)];
        if let Some(record) = run.record
            && queue.first() != Some(&record)
        {
            queue.insert(0, record);
        }
    }
}
