//! When an invite's reminders are due, and the announcement of its expiry.
//!
//! They have the same link and go the same way as the invite's own mail (ADR 0041).

use super::{Delivery, DeliveryState, Invite, State, Timed, TimedMail};
use crate::domain::clock::Timestamp;
use crate::domain::mailing::MailKind;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// How long before the expiry its announcement is due, in seconds.
const ANNOUNCED: i64 = DAY;

/// The life of an invite, in seconds, up to which its expiry is not announced.
const SHORT_LIFE: i64 = 3 * DAY;

/// The pause between a reminder and the announcement of the expiry, and between that and the expiry,
/// in seconds. A mail that would come later is left out.
const MARGIN: i64 = DAY / 2;

impl Invite {
    /// Returns the next mail that the clock asks for, and when. `None` if the invite has ended, its
    /// last mail did not reach the invitee, or no further mail is due.
    ///
    /// Two mails of an invite are at least a day apart.
    pub fn next_timed_mail(&self) -> Option<(TimedMail, Timestamp)> {
        if self.stored_state() != State::Pending || !self.has_timed_mails() {
            return None;
        }
        let earliest = self.delivery.last_sent_at?.plus(DAY);
        let reminder = self.next_reminder(earliest).map(|at| (TimedMail::Reminder, at));
        let announcement = self.announcement(earliest).map(|at| (TimedMail::ExpiresSoon, at));
        reminder.into_iter().chain(announcement).min_by_key(|(_, at)| *at)
    }

    /// Returns the mail that is due at `now`.
    pub fn timed_mail_due(&self, now: Timestamp) -> Option<TimedMail> {
        let next = self.next_timed_mail().filter(|(_, at)| *at <= now && self.is_pending(now));
        next.map(|(mail, _)| mail)
    }

    /// Returns whether a mail that is due can still be asked for at `now`. One that the clock asks for
    /// late, or that a nearer expiry overtook, is left out.
    pub fn is_in_time(&self, mail: TimedMail, now: Timestamp) -> bool {
        let last = self.announced_end().map(|end| match mail {
            TimedMail::Reminder => end.plus(-ANNOUNCED - MARGIN),
            TimedMail::ExpiresSoon => end.plus(-MARGIN),
        });
        last.is_none_or(|last| now <= last)
    }

    /// Returns the delivery after this mail was asked for at `now`.
    pub fn with_timed_mail(&self, mail: TimedMail, now: Timestamp) -> Delivery {
        let Self { delivery, terms, .. } = self;
        let passed = delivery.timed.passed(mail, terms.expires_at, now);
        Delivery {
            reminders: delivery.reminders + 1,
            timed: Timed { last: Some(mail), ..passed },
            ..delivery.requested_again(now)
        }
    }

    /// Returns the delivery after this mail was left out at `now`.
    pub fn without_timed_mail(&self, mail: TimedMail, now: Timestamp) -> Delivery {
        let Self { delivery, terms, .. } = self;
        Delivery { timed: delivery.timed.passed(mail, terms.expires_at, now), ..delivery.clone() }
    }

    /// Returns whether the clock asks for mails of this invite: its last mail may have reached the
    /// invitee, and is an ordinary invitation. People send the platform's reminders themselves.
    fn has_timed_mails(&self) -> bool {
        let may_have_arrived = match self.delivery.state {
            DeliveryState::Sent | DeliveryState::Delayed | DeliveryState::Delivered => true,
            DeliveryState::NotRequested
            | DeliveryState::Queued
            | DeliveryState::Bounced
            | DeliveryState::Complained
            | DeliveryState::Failed
            | DeliveryState::Suppressed => false,
        };
        may_have_arrived && self.mailing.kind == MailKind::Invitation
    }

    fn next_reminder(&self, earliest: Timestamp) -> Option<Timestamp> {
        let at = self.delivery.timed.next_reminder()?.max(earliest);
        let is_in_time = match (self.terms.expires_at, self.announced_end()) {
            (_, Some(end)) => at <= end.plus(-ANNOUNCED - MARGIN),
            (Some(end), None) => at < end,
            (None, None) => true,
        };
        is_in_time.then_some(at)
    }

    fn announcement(&self, earliest: Timestamp) -> Option<Timestamp> {
        let Timed { own_sent_at, announced, .. } = self.delivery.timed;
        let end = self.announced_end().filter(|end| announced != Some(*end))?;
        let at = end.plus(-ANNOUNCED).max(earliest);
        own_sent_at.is_some_and(|_| at <= end.plus(-MARGIN)).then_some(at)
    }

    /// Returns the expiry, if the invite lives long enough for its announcement.
    fn announced_end(&self) -> Option<Timestamp> {
        let life = |end: &Timestamp| end.seconds() - self.requested_at.seconds();
        self.terms.expires_at.filter(|end| life(end) > SHORT_LIFE)
    }
}

#[cfg(test)]
#[path = "reminding_tests.rs"]
mod tests;
