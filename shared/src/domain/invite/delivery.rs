//! The delivery of an invite's mail.
//!
//! ```text
//! queued ──the mail service takes it──▶ sent ──its events──▶ delayed, bounced, delivered,
//!   │ ▲ └──refuses it for good───────▶ failed               failed or complained
//!   ▼ │
//! waiting, shown as queued ──after three days──▶ failed
//! ```
//!
//! [`super::Timed`] is the state of the mails that the clock asks for after the invite's own.

use serde::{Deserialize, Serialize};

use super::delivery_state::DeliveryState;
use super::feedback::Feedback;
use super::timed::Timed;
use crate::domain::clock::Timestamp;

/// The reason of a mail that was not sent because its link got a new token before.
const LINK_REPLACED: &str = "link_replaced";

/// How long a mail is tried, in seconds. A domain that SES has not verified by then stays unverified.
pub const LONGEST_WAIT: i64 = 3 * 86_400;

/// The most tries of one mail whose outcome is unknown. So nobody gets more copies of it.
pub const MOST_UNKNOWN_TRIES: usize = 5;

/// The reason of a suppressed mail whose invite ended before the mail was sent.
pub const NO_LONGER_PENDING: &str = "no_longer_pending";

/// The time after which a queued mail without an outcome is queued again, in seconds. It is longer
/// than a run of the function that sends mails.
const OVERDUE: i64 = 900;

/// The reason why a mail waits for another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// SES accepts no more mails at the moment.
    Throttled,
    /// Sending is paused for the account or its configuration set.
    SendingPaused,
    /// SES does not know the sender's address or domain yet.
    SenderNotVerified,
    /// SES or the table cannot serve the request for another reason.
    Unavailable,
    /// SES may have taken the mail: its answer was late, lost or not readable.
    OutcomeUnknown,
}

impl Wait {
    /// Returns the reason in one word, as `delivery.reason` shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::SendingPaused => "sending_paused",
            Self::SenderNotVerified => "sender_not_verified",
            Self::Unavailable => "unavailable",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }
}

/// What the table's stream does with a mail that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outbox {
    /// It starts the function that sends the mail.
    Queued,
    /// Nothing, until the clock's function queues the mail again.
    Waiting,
}

/// The further tries of a queued mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// The number of times that the mail was put off.
    pub put_off: u32,
    /// When the mail is queued again. `None` if it does not wait.
    pub waits_until: Option<Timestamp>,
    /// When the mail was last queued again. `None` before that.
    pub queued_again_at: Option<Timestamp>,
}

/// The mails of an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The state of the last mail.
    pub state: DeliveryState,
    /// The number of mails that SES accepted or permanently refused.
    pub attempts: u32,
    /// When the state last changed. `None` before the first mail was requested.
    pub updated_at: Option<Timestamp>,
    /// The reason for the state, in one word.
    pub reason: Option<String>,
    /// The number of mails that were requested.
    pub requested: u32,
    /// The number of these that are reminders.
    pub reminders: u32,
    /// When SES last accepted a mail.
    pub last_sent_at: Option<Timestamp>,
    /// The further tries of the mail, while it is queued.
    pub tries: Tries,
    /// The id that SES gave the last mail that it accepted. No API shows it.
    pub message_id: Option<String>,
    /// The most certain of SES's events about the last mail. `None` before the first.
    pub feedback: Option<Feedback>,
    /// The mails that the clock asks for after the invite's own.
    pub timed: Timed,
}

impl Delivery {
    /// The delivery of an invite without a mail.
    pub const NOT_REQUESTED: Self = Self {
        state: DeliveryState::NotRequested,
        attempts: 0,
        updated_at: None,
        reason: None,
        requested: 0,
        reminders: 0,
        last_sent_at: None,
        tries: Tries { put_off: 0, waits_until: None, queued_again_at: None },
        message_id: None,
        feedback: None,
        timed: Timed::NONE,
    };

    /// Returns what the table's stream does with the mail. `None` if no mail is due.
    pub fn outbox(&self) -> Option<Outbox> {
        match (self.state, self.tries.waits_until) {
            (DeliveryState::Queued, None) => Some(Outbox::Queued),
            (DeliveryState::Queued, Some(_)) => Some(Outbox::Waiting),
            _ => None,
        }
    }

    /// Returns when the clock's function looks at the mail: when its wait ends, or when it is queued
    /// for too long. `None` if no mail is due.
    pub fn looked_at(&self) -> Option<Timestamp> {
        match self.outbox()? {
            Outbox::Waiting => self.tries.waits_until,
            Outbox::Queued => {
                let since = self.tries.queued_again_at.or(self.updated_at);
                since.map(|since| since.plus(OVERDUE))
            }
        }
    }

    /// Returns when the mail that is due was asked for. Its tries count for this day.
    pub fn asked_at(&self, now: Timestamp) -> Timestamp {
        self.updated_at.unwrap_or(now)
    }

    /// Returns the delivery of a queued mail that waits for another try from `now` on. The mail has
    /// failed if that try would be too late.
    #[must_use]
    pub fn put_off(&self, why: Wait, now: Timestamp) -> Self {
        let next = now.plus(pause_after(self.tries.put_off));
        if self.is_too_late(next) {
            return self.moved_to(DeliveryState::Failed, Some(why.as_str()), now);
        }
        let tries = Tries {
            put_off: self.tries.put_off.saturating_add(1),
            waits_until: Some(next),
            ..self.tries
        };
        Self { reason: Some(why.as_str().to_owned()), tries, ..self.clone() }
    }

    /// Returns the delivery after the clock's function has looked at the mail at `now`: queued again,
    /// or failed after [`LONGEST_WAIT`]. `None` before it is time.
    pub fn queued_again(&self, now: Timestamp) -> Option<Self> {
        self.looked_at().filter(|at| *at <= now)?;
        if self.is_too_late(now) {
            let reason = self.reason.as_deref().unwrap_or(Wait::Unavailable.as_str());
            return Some(self.moved_to(DeliveryState::Failed, Some(reason), now));
        }
        let tries = Tries { waits_until: None, queued_again_at: Some(now), ..self.tries };
        Some(Self { tries, ..self.clone() })
    }

    fn is_too_late(&self, at: Timestamp) -> bool {
        self.updated_at.is_some_and(|asked| asked.plus(LONGEST_WAIT) < at)
    }

    /// Returns the delivery with the invite's own mail requested, once more, at `now`. Its reminders
    /// start anew.
    #[must_use]
    pub fn requested_again(&self, now: Timestamp) -> Self {
        Self {
            state: DeliveryState::Queued,
            updated_at: Some(now),
            reason: None,
            requested: self.requested + 1,
            tries: Tries::default(),
            feedback: None,
            timed: Timed::NONE,
            ..self.clone()
        }
    }

    /// Returns the delivery after the link got a new token at `now`. A mail that is still due would
    /// have the dead link, so it is not sent. No reminder brings the new link to a person who got it
    /// in another way.
    #[must_use]
    pub fn without_dead_link(&self, now: Timestamp) -> Self {
        let delivery = if self.outbox().is_some() {
            self.moved_to(DeliveryState::Suppressed, Some(LINK_REPLACED), now)
        } else {
            self.clone()
        };
        Self { timed: Timed::NONE, ..delivery }
    }

    /// Returns the delivery after the mail that was due reached `state` at `now`, with `reason`.
    #[must_use]
    pub fn moved_to(&self, state: DeliveryState, reason: Option<&str>, now: Timestamp) -> Self {
        let asked_ses = matches!(state, DeliveryState::Sent | DeliveryState::Failed);
        let sent = state == DeliveryState::Sent;
        Self {
            state,
            attempts: self.attempts + u32::from(asked_ses),
            updated_at: Some(now),
            reason: reason.map(str::to_owned),
            requested: self.requested,
            reminders: self.reminders,
            last_sent_at: if sent { Some(now) } else { self.last_sent_at },
            tries: Tries::default(),
            message_id: self.message_id.clone(),
            feedback: None,
            timed: if sent { self.timed.sent(now) } else { self.timed },
        }
    }

    /// Returns the delivery after SES accepted the mail at `now` and gave it this id.
    #[must_use]
    pub fn sent_as(&self, message_id: &str, now: Timestamp) -> Self {
        let sent = self.moved_to(DeliveryState::Sent, None, now);
        Self { message_id: Some(message_id.to_owned()), ..sent }
    }

    /// Returns the delivery after SES reported an event about the mail with this id, at `now`. `None`
    /// if the event changes nothing: it is about another mail, or less certain than an earlier one.
    ///
    /// `request` is the number of the request that the mail was sent for. An event can arrive before
    /// SES's answer is recorded, or although that answer was lost. It proves that SES took the mail.
    pub fn reported(
        &self,
        (message_id, request): (&str, u32),
        feedback: Feedback,
        now: Timestamp,
    ) -> Option<Self> {
        let is_last_request = request == self.requested;
        let sent = match self.state {
            _ if !is_last_request => return None,
            DeliveryState::NotRequested => return None,
            DeliveryState::Queued | DeliveryState::Suppressed => self.sent_as(message_id, now),
            // SES refused the mail before, or after it had taken it.
            DeliveryState::Failed if self.feedback.is_none() => self.sent_as(message_id, now),
            DeliveryState::Failed
            | DeliveryState::Sent
            | DeliveryState::Delayed
            | DeliveryState::Delivered
            | DeliveryState::Bounced
            | DeliveryState::Complained => {
                let is_same = self.message_id.as_deref() == Some(message_id);
                is_same.then(|| self.clone())?
            }
        };
        if sent.feedback.is_some_and(|known| known >= feedback) {
            return None;
        }
        Some(Self {
            state: feedback.state(),
            reason: feedback.reason().map(str::to_owned),
            updated_at: Some(now),
            feedback: Some(feedback),
            ..sent
        })
    }
}

/// Returns the pause before the next try of a mail that was put off this often, in seconds.
fn pause_after(put_off: u32) -> i64 {
    match put_off {
        0 => 60,
        1 => 120,
        2 => 300,
        _ => 900,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(START + seconds)
    }

    fn queued() -> Delivery {
        Delivery::NOT_REQUESTED.requested_again(at(0))
    }

    #[test]
    fn a_mail_is_tried_again_after_1_2_5_and_then_each_15_minutes() {
        let (mut delivery, mut now, mut waits) = (queued(), 0, Vec::new());
        for _ in 0..6 {
            delivery = delivery.put_off(Wait::Throttled, at(now));
            assert_eq!(delivery.outbox(), Some(Outbox::Waiting));
            let next = delivery.looked_at().unwrap().seconds() - START;
            waits.push((next - now) / 60);
            assert_eq!(delivery.queued_again(at(next - 1)), None);
            now = next;
            delivery = delivery.queued_again(at(now)).unwrap();
            assert_eq!(delivery.outbox(), Some(Outbox::Queued));
        }
        assert_eq!(waits, [1, 2, 5, 15, 15, 15]);
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Queued, 0));
        assert_eq!(delivery.reason.as_deref(), Some("throttled"));
        assert_eq!(delivery.asked_at(at(now)), at(0));
    }

    #[test]
    fn a_mail_that_waits_for_three_days_has_failed() {
        let last = queued().put_off(Wait::SendingPaused, at(LONGEST_WAIT - 60));
        assert_eq!(last.outbox(), Some(Outbox::Waiting));
        let late = queued().put_off(Wait::SendingPaused, at(LONGEST_WAIT - 59));
        assert_eq!((late.state, late.outbox()), (DeliveryState::Failed, None));
        assert_eq!(late.reason.as_deref(), Some("sending_paused"));
        let lost = queued().queued_again(at(LONGEST_WAIT + 1)).unwrap();
        assert_eq!(lost.state, DeliveryState::Failed);
        assert_eq!(lost.reason.as_deref(), Some("unavailable"));
    }

    #[test]
    fn a_queued_mail_without_an_outcome_is_queued_again_after_15_minutes() {
        let delivery = queued();
        assert_eq!(delivery.queued_again(at(899)), None);
        let again = delivery.queued_again(at(900)).unwrap();
        assert_eq!((again.outbox(), again.queued_again(at(901))), (Some(Outbox::Queued), None));
        assert!(again.queued_again(at(1_800)).is_some());
    }

    #[test]
    fn an_event_is_about_its_own_mail_only() {
        let sent = queued().sent_as("m-1", at(20));
        let delivered =
            |of: &Delivery, mail: (&str, u32)| of.reported(mail, Feedback::Delivered, at(30));
        let after = delivered(&sent, ("m-1", 1)).unwrap();
        assert_eq!((after.state, after.attempts), (DeliveryState::Delivered, 1));
        assert_eq!((after.updated_at, after.last_sent_at), (Some(at(30)), Some(at(20))));
        assert_eq!(delivered(&after, ("m-1", 1)), None, "a repeated event changes nothing");
        assert_eq!(delivered(&sent, ("m-2", 1)), None, "another copy");
        // The second mail is due, and the first one's events must not end it.
        let again = after.requested_again(at(40));
        assert_eq!((again.feedback, delivered(&again, ("m-1", 1))), (None, None));
        assert_eq!(delivered(&Delivery::NOT_REQUESTED, ("m-1", 0)), None);
    }

    #[test]
    fn an_event_proves_that_ses_took_a_mail_whose_answer_was_lost() {
        let waiting = queued().put_off(Wait::OutcomeUnknown, at(10));
        let failed = queued().moved_to(DeliveryState::Failed, Some("outcome_unknown"), at(10));
        for before in [queued(), waiting, failed] {
            let after = before.reported(("m-1", 1), Feedback::SoftBounce, at(30)).unwrap();
            assert_eq!((after.state, after.outbox()), (DeliveryState::Bounced, None));
            assert_eq!(after.reason.as_deref(), Some("soft_bounce"));
            assert_eq!(after.message_id.as_deref(), Some("m-1"));
            assert_eq!(after.last_sent_at, Some(at(30)));
        }
    }

    #[test]
    fn a_new_request_and_an_outcome_end_the_wait() {
        let waiting = queued().put_off(Wait::OutcomeUnknown, at(10));
        let sent = waiting.sent_as("m-1", at(20));
        assert_eq!((sent.outbox(), sent.looked_at(), sent.reason.clone()), (None, None, None));
        assert_eq!(sent.message_id.as_deref(), Some("m-1"));
        let asked = waiting.requested_again(at(30));
        assert_eq!((asked.tries, asked.outbox()), (Tries::default(), Some(Outbox::Queued)));
    }
}
