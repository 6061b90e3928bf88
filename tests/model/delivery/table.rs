//! The table: the invites, the record of the recipient's day, and the stream.

use super::row::{INVITES, Invite, Mail, Row, Seconds};
use crate::left_out::LeftOut;

/// A condition that a mutated model leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailCondition {
    /// The outcome of a mail is recorded on the version that was read.
    Version,
    /// A mail goes out only while its invite is pending.
    Pending,
    /// A mail has few tries whose outcome is unknown.
    Tries,
    /// A mailbox gets few mails in a day.
    Day,
}

impl From<MailCondition> for u32 {
    fn from(condition: MailCondition) -> Self {
        condition as Self
    }
}

/// The conditions that a model leaves out.
pub(super) type Without = LeftOut<MailCondition>;

/// The outcome of counting a try.
pub(super) enum Counted {
    Yes,
    DayIsFull,
    TriesUsed,
}

/// What happened to a mail. The properties read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Fate {
    /// How often SES took it.
    pub(super) copies: u8,
    /// How many tries ended without a known outcome.
    pub(super) unknown: u8,
}

/// The items, the records of the stream, and what the properties have to remember.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Table {
    pub(super) invites: [Row; INVITES],
    /// The mails of the day, each with the number of its counted tries.
    day: Vec<(Mail, u8)>,
    /// The generations whose mail is due, by invite.
    pub(super) stream: [Vec<u8>; INVITES],
    /// What happened to each mail.
    pub(super) fates: Vec<(Mail, Fate)>,
    /// The last mail that was asked for, by invite.
    pub(super) asked: [Mail; INVITES],
    /// Whether a mail went to an invite that had ended before its try read it.
    pub(super) reached_the_dead: bool,
}

impl Table {
    /// Returns the table after both invites were made.
    pub(super) fn new(now: Seconds) -> Self {
        let row = Row::new(now);
        Self {
            invites: [row; INVITES],
            day: Vec::new(),
            stream: [vec![1], vec![1]],
            fates: Vec::new(),
            asked: [row.mail(0), row.mail(1)],
            reached_the_dead: false,
        }
    }

    pub(super) fn row(&self, invite: Invite) -> Row {
        self.invites[usize::from(invite)]
    }

    /// Writes the row. A mail that is queued makes a record of the stream.
    pub(super) fn put(&mut self, invite: Invite, row: Row) {
        let place = usize::from(invite);
        self.invites[place] = row;
        // The end of an invite removes the attribute that the event source filters by.
        if row.is_queued() && !row.has_ended && self.stream[place].last() != Some(&row.generation) {
            self.stream[place].push(row.generation);
        }
    }

    /// `Store::write_delivery`.
    pub(super) fn write_delivery(
        &mut self,
        invite: Invite,
        (read, after): (&Row, &Row),
        without: Without,
    ) -> bool {
        let stored = self.row(invite);
        let is_possible = without.has(MailCondition::Version) || stored.version == read.version;
        if is_possible {
            self.put(invite, stored.with_mail_of(after));
        }
        is_possible
    }

    /// `Store::count_try`.
    pub(super) fn count_try(
        &mut self,
        mail: Mail,
        (most_mails, most_tries): (usize, u8),
        without: Without,
    ) -> Counted {
        let place = self.day.iter().position(|(known, _)| *known == mail);
        let tries = place.map_or(0, |place| self.day[place].1);
        if tries >= most_tries && !without.has(MailCondition::Tries) {
            return Counted::TriesUsed;
        }
        let is_full = place.is_none() && self.day.len() >= most_mails;
        if is_full && !without.has(MailCondition::Day) {
            return Counted::DayIsFull;
        }
        match place {
            Some(place) => self.day[place].1 += 1,
            None => {
                self.day.push((mail, 1));
                self.day.sort_unstable();
            }
        }
        Counted::Yes
    }

    /// `Store::give_try_back`.
    pub(super) fn give_try_back(&mut self, mail: Mail) {
        if let Some((_, tries)) = self.day.iter_mut().find(|(known, _)| *known == mail) {
            *tries = tries.saturating_sub(1);
        }
    }

    /// Returns what happened to the mail.
    pub(super) fn fate(&self, mail: Mail) -> Fate {
        let found = self.fates.iter().find(|(known, _)| *known == mail);
        found.map(|(_, fate)| *fate).unwrap_or_default()
    }

    /// Adds to what happened to the mail.
    pub(super) fn happens(&mut self, mail: Mail, copies: u8, unknown: u8) {
        let before = self.fate(mail);
        self.fates.retain(|(known, _)| *known != mail);
        let fate = Fate { copies: before.copies + copies, unknown: before.unknown + unknown };
        self.fates.push((mail, fate));
        self.fates.sort_unstable_by_key(|(mail, _)| *mail);
    }
}
