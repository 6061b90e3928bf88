//! The mail of an invite as a row, and what the domain says about it.

use shared::domain::clock::Timestamp;
use shared::domain::invite::{Delivery, DeliveryState, Outbox, Tries, Wait};

/// A time in seconds.
pub(super) type Seconds = u32;

/// The number of an invite. Each is into a group of its own, and both are to one mailbox.
pub type Invite = u8;
/// The number of invites.
pub(super) const INVITES: usize = 2;

/// A mail: its invite, the invite's generation, and the number of the request.
pub(super) type Mail = (Invite, u8, u8);

/// An invite with its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) generation: u8,
    pub(super) version: u8,
    pub(super) has_ended: bool,
    pub(super) requested: u8,
    state: u8,
    put_off: u8,
    updated_at: Seconds,
    waits_until: Option<Seconds>,
    queued_again_at: Option<Seconds>,
}

/// The states of a mail in this model, which has no events of SES.
const STATES: [DeliveryState; 5] = [
    DeliveryState::NotRequested,
    DeliveryState::Queued,
    DeliveryState::Sent,
    DeliveryState::Suppressed,
    DeliveryState::Failed,
];

/// What became of a mail that was due (engine/mail/result.rs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum MailResult {
    Sent,
    Suppressed,
    Failed,
    /// `true` if the outcome is unknown, and `false` if SES has refused the mail for now.
    PutOff(bool),
}

fn at(seconds: Seconds) -> Timestamp {
    Timestamp::from_seconds(seconds.into())
}

fn seconds(at: Timestamp) -> Seconds {
    Seconds::try_from(at.seconds()).expect("the times of the model are small")
}

impl Row {
    /// Returns a pending invite whose first mail is due at `now`.
    pub(super) fn new(now: Seconds) -> Self {
        let empty = Self {
            generation: 1,
            version: 1,
            has_ended: false,
            requested: 0,
            state: 0,
            put_off: 0,
            updated_at: now,
            waits_until: None,
            queued_again_at: None,
        };
        empty.with(&empty.delivery().requested_again(at(now)))
    }

    pub(super) fn delivery(&self) -> Delivery {
        Delivery {
            state: STATES[usize::from(self.state)],
            requested: self.requested.into(),
            updated_at: Some(at(self.updated_at)),
            tries: Tries {
                put_off: self.put_off.into(),
                waits_until: self.waits_until.map(at),
                queued_again_at: self.queued_again_at.map(at),
            },
            ..Delivery::NOT_REQUESTED
        }
    }

    fn with(&self, delivery: &Delivery) -> Self {
        let Delivery { state, requested, updated_at, tries, .. } = delivery;
        let state = STATES.iter().position(|known| known == state);
        Self {
            requested: u8::try_from(*requested).expect("the model requests few mails"),
            state: state.and_then(|at| at.try_into().ok()).expect("the state is one of five"),
            put_off: u8::try_from(tries.put_off).expect("a mail is rarely put off"),
            updated_at: updated_at.map_or(self.updated_at, seconds),
            waits_until: tries.waits_until.map(seconds),
            queued_again_at: tries.queued_again_at.map(seconds),
            ..*self
        }
    }

    pub(super) fn state(&self) -> DeliveryState {
        STATES[usize::from(self.state)]
    }

    pub(super) fn is_queued(&self) -> bool {
        self.delivery().outbox() == Some(Outbox::Queued)
    }

    pub(super) fn mail(&self, invite: Invite) -> Mail {
        (invite, self.generation, self.requested)
    }

    /// Returns the row after the result of its mail.
    pub(super) fn after(&self, result: MailResult, now: Seconds) -> Self {
        let before = self.delivery();
        self.with(&match result {
            MailResult::Sent => before.sent_as("m-1", at(now)),
            MailResult::Suppressed => before.moved_to(DeliveryState::Suppressed, None, at(now)),
            MailResult::Failed => before.moved_to(DeliveryState::Failed, None, at(now)),
            MailResult::PutOff(true) => before.put_off(Wait::OutcomeUnknown, at(now)),
            MailResult::PutOff(false) => before.put_off(Wait::Throttled, at(now)),
        })
    }

    /// Returns the row after the clock's function has looked at it. `None` before it is time.
    pub(super) fn looked_at(&self, now: Seconds) -> Option<Self> {
        let is_pending = !self.has_ended;
        let delivery = is_pending.then(|| self.delivery().queued_again(at(now)))??;
        Some(self.with(&delivery))
    }

    /// Returns the row after the end of the invite.
    pub(super) fn ended(&self) -> Self {
        Self { has_ended: true, version: self.version + 1, ..*self }
    }

    /// Returns this row with the mail of `other`, after one more write.
    pub(super) fn with_mail_of(&self, other: &Self) -> Self {
        let Self { generation, has_ended, version, .. } = *self;
        Self { generation, has_ended, version: version + 1, ..*other }
    }

    /// Returns the row after a resend with a new link.
    pub(super) fn resent(&self, now: Seconds) -> Self {
        let delivery = self.delivery().without_dead_link(at(now)).requested_again(at(now));
        let generation = self.generation + 1;
        Self { generation, version: self.version + 1, ..self.with(&delivery) }
    }
}

/// `MailResult::after_change`: the result to record after the invite changed since it was read.
pub(super) fn after_change(
    result: MailResult,
    (before, after): (&Row, &Row),
) -> Option<MailResult> {
    let is_same = after.generation == before.generation && after.requested == before.requested;
    let is_queued = after.state() == DeliveryState::Queued;
    let tries = |row: &Row| row.delivery().tries;
    match result {
        _ if !is_same || after.state() == DeliveryState::Sent => None,
        MailResult::Sent => Some(result),
        _ if !is_queued => None,
        MailResult::PutOff(_) if after.has_ended => Some(MailResult::Suppressed),
        MailResult::PutOff(_) if tries(after) != tries(before) => None,
        MailResult::Suppressed | MailResult::Failed | MailResult::PutOff(_) => Some(result),
    }
}
