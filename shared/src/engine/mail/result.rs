//! Recording what became of a mail.

use crate::domain::clock::Timestamp;
use crate::domain::invite::{Delivery, DeliveryState, Invite, NO_LONGER_PENDING, Wait};
use crate::engine::attempt::ATTEMPTS;
use crate::engine::{Engine, Fault, Unavailable};

/// The outcome of a mail that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// SES accepted the mail.
    Sent,
    /// The mail is not due: it was sent, waits, or the invite has another generation.
    NotDue,
    /// The mail was not sent: the invite has ended, the inviter may no longer invite, or the
    /// recipient blocks the sender or has received enough mails today.
    Suppressed,
    /// The mail can never be sent. The invite records the reason.
    Failed,
    /// The mail waits for another try. The invite records the reason.
    PutOff,
}

impl SendOutcome {
    /// Returns the outcome of a mail whose recorded delivery has this state.
    pub(super) fn of(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Queued => Self::PutOff,
            DeliveryState::Suppressed => Self::Suppressed,
            DeliveryState::Failed => Self::Failed,
            DeliveryState::Sent
            | DeliveryState::Delayed
            | DeliveryState::Delivered
            | DeliveryState::Bounced
            | DeliveryState::Complained => Self::Sent,
            DeliveryState::NotRequested => Self::NotDue,
        }
    }
}

/// What became of a mail that was due.
#[derive(Debug)]
pub(super) enum MailResult {
    /// SES accepted the mail and gave it this id.
    Sent(String),
    /// The mail is of no use, or must not be sent. The reason is `None` if the inviter must not
    /// learn it.
    Suppressed(Option<&'static str>),
    /// The mail can never be sent.
    Failed(&'static str),
    /// The mail waits for another try.
    PutOff(Wait),
}

/// The mail's invite ended before the mail was sent.
pub(super) const ENDED: MailResult = MailResult::Suppressed(Some(NO_LONGER_PENDING));

impl MailResult {
    /// Returns the delivery after this result.
    pub(super) fn delivery(&self, before: &Delivery, now: Timestamp) -> Delivery {
        match self {
            Self::Sent(id) => before.sent_as(id, now),
            Self::Suppressed(reason) => before.moved_to(DeliveryState::Suppressed, *reason, now),
            Self::Failed(reason) => before.moved_to(DeliveryState::Failed, Some(reason), now),
            Self::PutOff(why) => before.put_off(*why, now),
        }
    }

    /// Returns the result to record after the invite changed from `before` to `after`. `None` if
    /// there is nothing to record any more.
    fn after_change(self, before: &Invite, after: &Invite, now: Timestamp) -> Option<Self> {
        if after.generation != before.generation {
            return None;
        }
        let result = match self {
            Self::PutOff(_) if !after.is_pending(now) => ENDED,
            other => other,
        };
        result.still(&before.delivery, &after.delivery)
    }

    /// Returns the result to record after the mail's delivery changed from `before` to `after`. `None`
    /// if there is nothing to record any more.
    ///
    /// A put-off counts once, even if two runs try the mail at the same time or an answer of the
    /// table is lost. That SES accepted the mail is the truth, whatever another run recorded.
    pub(super) fn still(self, before: &Delivery, after: &Delivery) -> Option<Self> {
        let is_queued = after.state == DeliveryState::Queued;
        let is_accepted = match after.state {
            DeliveryState::Sent
            | DeliveryState::Delayed
            | DeliveryState::Delivered
            | DeliveryState::Bounced
            | DeliveryState::Complained => true,
            // SES refused the mail after it had accepted it.
            DeliveryState::Failed => after.feedback.is_some(),
            DeliveryState::NotRequested | DeliveryState::Queued | DeliveryState::Suppressed => {
                false
            }
        };
        match self {
            _ if after.requested != before.requested || is_accepted => None,
            Self::Sent(_) => Some(self),
            _ if !is_queued => None,
            Self::PutOff(_) if after.tries != before.tries => None,
            Self::Suppressed(_) | Self::Failed(_) | Self::PutOff(_) => Some(self),
        }
    }
}

impl Engine {
    /// Records the result of the invite's mail, also if the invite changes meanwhile.
    ///
    /// # Errors
    /// `Fault` if it could not be recorded. The mail remains queued.
    pub(super) async fn record(
        &self,
        mut invite: Invite,
        mut result: MailResult,
        now: Timestamp,
    ) -> Result<SendOutcome, Fault> {
        for _ in 0..ATTEMPTS {
            let delivery = result.delivery(&invite.delivery, now);
            if self.store.write_delivery(&invite, &delivery, now).await? {
                return Ok(SendOutcome::of(delivery.state));
            }
            let (found, _) = self.store.invite_and_group(&invite.group, invite.id).await?;
            let Some(found) = found else { return Ok(SendOutcome::NotDue) };
            let Some(still) = result.after_change(&invite, &found, now) else {
                return Ok(SendOutcome::NotDue);
            };
            (invite, result) = (found, still);
        }
        Err(Unavailable::Conflicts("invite").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::invite::{RevokeReason, tests::pending};
    use crate::domain::invitee::Invitee;

    fn now() -> Timestamp {
        Timestamp::from_seconds(2_000)
    }

    fn queued() -> Invite {
        let ada = Invitee::Email(EmailAddress::parse("ada@example.com").unwrap());
        let mut invite = pending(ada, None);
        invite.delivery = invite.delivery.requested_again(now());
        invite
    }

    fn with(delivery: Delivery) -> Invite {
        Invite { delivery, ..queued() }
    }

    fn sent() -> MailResult {
        MailResult::Sent("m-1".into())
    }

    #[test]
    fn an_accepted_mail_is_recorded_over_everything_but_another_mail() {
        let before = queued();
        let waiting = with(before.delivery.put_off(Wait::Throttled, now()));
        let failed = with(before.delivery.moved_to(DeliveryState::Failed, None, now()));
        for after in [&before, &waiting, &failed] {
            assert!(sent().after_change(&before, after, now()).is_some(), "{after:?}");
        }
        let already = with(before.delivery.sent_as("m-2", now()));
        let another = with(before.delivery.requested_again(now()));
        for after in [&already, &another] {
            assert!(sent().after_change(&before, after, now()).is_none(), "{after:?}");
        }
    }

    #[test]
    fn a_put_off_counts_once_and_ends_with_the_invite() {
        let before = queued();
        let put_off = || MailResult::PutOff(Wait::Throttled);
        let waiting = with(before.delivery.put_off(Wait::Throttled, now()));
        assert!(put_off().after_change(&before, &waiting, now()).is_none());
        assert!(matches!(
            put_off().after_change(&before, &before, now()),
            Some(MailResult::PutOff(Wait::Throttled))
        ));
        let ended = before.revoke(RevokeReason::RevokedByApp, None, now()).unwrap().invite;
        assert!(matches!(
            put_off().after_change(&before, &ended, now()),
            Some(MailResult::Suppressed(Some(NO_LONGER_PENDING)))
        ));
    }
}
