//! One call of an act: what it works on, and what the act does next.

use super::conditions::Without;
use super::rows::Seconds;
use super::table::Table;

/// A call to the table.
pub(super) struct Call<'a> {
    pub(super) table: &'a mut Table,
    /// The time at which the act began. Its decisions and writes use it.
    pub(super) now: Seconds,
    /// The present. Reads of memberships use it.
    pub(super) clock: Seconds,
    /// Which of several possible outcomes the call has: what an index shows, or which item of a batch
    /// is read first.
    pub(super) choice: u8,
    pub(super) without: Without,
}

/// What an act does after a call.
pub(super) enum Next<S> {
    /// It makes the next call.
    Go(S),
    /// A condition failed, so it reads again.
    Again,
    /// It answers its caller.
    Done,
}

impl<S> Next<S> {
    pub(super) fn map<T>(self, to: impl FnOnce(S) -> T) -> Next<T> {
        match self {
            Self::Go(step) => Next::Go(to(step)),
            Self::Again => Next::Again,
            Self::Done => Next::Done,
        }
    }

    /// Goes on with the step. `None` ends the act.
    pub(super) fn go(step: Option<S>) -> Self {
        step.map_or(Self::Done, Self::Go)
    }
}
