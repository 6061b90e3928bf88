//! The runs of `background-send-mail` and `background-tick`.

use super::row::{Invite, MailResult, Row, Seconds, after_change};
use super::table::{Counted, MailCondition, Table, Without};

/// The answer of SES.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ses {
    /// It takes the mail.
    Takes,
    /// It takes the mail, and its answer is lost.
    TakesSilently,
    /// It does not take the mail, and its answer is lost.
    IsLost,
    /// It refuses the mail for now.
    Refuses,
    /// It refuses the mail for good.
    Rejects,
}

impl Ses {
    pub(super) const ALL: [Self; 5] =
        [Self::Takes, Self::TakesSilently, Self::IsLost, Self::Refuses, Self::Rejects];

    fn takes(self) -> bool {
        matches!(self, Self::Takes | Self::TakesSilently)
    }
}

/// The call that a run makes next, with what it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Counts the try.
    Count(Row),
    /// Asks SES to send the mail.
    Send(Row),
    /// Takes the counted try back.
    GiveBack(Row),
    /// Records the result.
    Record(Row, MailResult, u8),
    /// Reads the invite again after a change.
    Reread(Row, MailResult, u8),
    /// Queues the mail again, or gives it up.
    QueueAgain(Row, Row),
}

/// A run that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) invite: Invite,
    /// The record that started it: a generation. `None` if the clock did.
    pub(super) record: Option<u8>,
    pub(super) now: Seconds,
    pub(super) at: Step,
}

/// What a run does after a call.
pub(super) enum Next {
    Go(Step),
    Done,
    /// It fails, and its record is delivered again.
    Fails,
}

/// The most attempts to record a result.
const ATTEMPTS: u8 = 2;

/// The bounds of the day's record: the mails, and the tries of one mail.
pub(super) type Limits = (usize, u8);

/// Reads the invite, as `Engine::send_invitation` does first. `None` if no mail is due.
pub(super) fn read(table: &Table, invite: Invite, record: u8, without: Without) -> Option<Step> {
    let row = table.row(invite);
    let is_due = row.generation == record && row.is_queued();
    let has_ended = row.has_ended && !without.has(MailCondition::Pending);
    is_due.then_some(match has_ended {
        true => Step::Record(row, MailResult::Suppressed, 1),
        false => Step::Count(row),
    })
}

/// Reads the invite, as `Engine::queue_mails_again` does. `None` if nothing is due.
pub(super) fn look(table: &Table, invite: Invite, now: Seconds) -> Option<Step> {
    let row = table.row(invite);
    row.looked_at(now).map(|after| Step::QueueAgain(row, after))
}

impl Run {
    /// Makes the next call.
    pub(super) fn step(
        &self,
        table: &mut Table,
        ses: Ses,
        (limits, without): (Limits, Without),
    ) -> Next {
        match self.at {
            Step::Count(row) => {
                let mail = row.mail(self.invite);
                Next::Go(match table.count_try(mail, limits, without) {
                    Counted::Yes => Step::Send(row),
                    Counted::DayIsFull => Step::Record(row, MailResult::Suppressed, 1),
                    Counted::TriesUsed => Step::Record(row, MailResult::Failed, 1),
                })
            }
            Step::Send(row) => Next::Go(self.send(table, row, ses)),
            Step::GiveBack(row) => {
                table.give_try_back(row.mail(self.invite));
                Next::Go(Step::Record(row, MailResult::PutOff(false), 1))
            }
            Step::Record(row, result, attempt) => {
                let after = row.after(result, self.now);
                if table.write_delivery(self.invite, (&row, &after), without) {
                    return Next::Done;
                }
                Next::Go(Step::Reread(row, result, attempt))
            }
            Step::Reread(before, result, attempt) => {
                let after = table.row(self.invite);
                match after_change(result, (&before, &after)) {
                    None => Next::Done,
                    Some(_) if attempt == ATTEMPTS => Next::Fails,
                    Some(result) => Next::Go(Step::Record(after, result, attempt + 1)),
                }
            }
            Step::QueueAgain(row, after) => {
                table.write_delivery(self.invite, (&row, &after), without);
                Next::Done
            }
        }
    }

    fn send(&self, table: &mut Table, row: Row, ses: Ses) -> Step {
        let mail = row.mail(self.invite);
        let is_unknown = matches!(ses, Ses::TakesSilently | Ses::IsLost);
        table.happens(mail, u8::from(ses.takes()), u8::from(is_unknown));
        table.reached_the_dead |= ses.takes() && row.has_ended;
        match ses {
            Ses::Takes => Step::Record(row, MailResult::Sent, 1),
            Ses::TakesSilently | Ses::IsLost => Step::Record(row, MailResult::PutOff(true), 1),
            Ses::Refuses => Step::GiveBack(row),
            Ses::Rejects => Step::Record(row, MailResult::Failed, 1),
        }
    }

    /// Returns whether SES took the mail with a clear answer that is not recorded yet.
    pub(super) fn has_sent(&self) -> bool {
        matches!(
            self.at,
            Step::Record(_, MailResult::Sent, _) | Step::Reread(_, MailResult::Sent, _)
        )
    }

    /// Returns the invite as it was read last.
    pub(super) fn row(&self) -> Row {
        match self.at {
            Step::Count(row) | Step::Send(row) | Step::GiveBack(row) => row,
            Step::Record(row, ..) | Step::Reread(row, ..) | Step::QueueAgain(row, _) => row,
        }
    }
}
