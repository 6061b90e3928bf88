//! What SES reports about a mail that it has taken.
//!
//! SES sends its events in any order, and repeats them. So a mail keeps the most certain event, by one
//! order of all of them, and every order of arrival ends in the same state.

use serde::{Deserialize, Serialize};

use super::delivery_state::DeliveryState;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::token::TokenSubject;

/// The meaning of an event of SES, from the least to the most certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    /// The recipient's server does not take the mail yet.
    Delayed,
    /// The recipient's server refused the mail for a reason that may pass.
    SoftBounce,
    /// The recipient's server took the mail.
    Delivered,
    /// SES could not make the mail.
    RenderingFailed,
    /// SES refused the mail after it had taken it.
    Rejected,
    /// The recipient's server refused the mail for good.
    HardBounce,
    /// The recipient called the mail spam.
    Complaint,
}

impl Feedback {
    /// Returns the state of the mail.
    pub fn state(self) -> DeliveryState {
        match self {
            Self::Delayed => DeliveryState::Delayed,
            Self::SoftBounce | Self::HardBounce => DeliveryState::Bounced,
            Self::Delivered => DeliveryState::Delivered,
            Self::RenderingFailed | Self::Rejected => DeliveryState::Failed,
            Self::Complaint => DeliveryState::Complained,
        }
    }

    /// Returns the reason of that state in one word, as `delivery.reason` shows it.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Delayed | Self::Delivered | Self::Complaint => None,
            Self::SoftBounce => Some("soft_bounce"),
            Self::HardBounce => Some("hard_bounce"),
            Self::RenderingFailed => Some("template"),
            Self::Rejected => Some("rejected"),
        }
    }

    /// Returns why the recipient gets no more mail after this event. `None` if mails go on.
    pub fn suppresses(self) -> Option<SuppressionReason> {
        match self {
            Self::HardBounce => Some(SuppressionReason::Bounced),
            Self::Complaint => Some(SuppressionReason::Complained),
            Self::Delayed
            | Self::SoftBounce
            | Self::Delivered
            | Self::RenderingFailed
            | Self::Rejected => None,
        }
    }
}

/// The reason why an address gets no mail, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SuppressionReason {
    /// A mail to the address bounced for good.
    Bounced,
    /// Somebody used the one-click unsubscription of a mail to the address.
    Unsubscribed,
    /// The recipient called a mail spam.
    Complained,
}

impl SuppressionReason {
    /// Returns the reasons that this one replaces.
    pub fn replaces(self) -> &'static [Self] {
        match self {
            Self::Bounced => &[],
            Self::Unsubscribed => &[Self::Bounced],
            Self::Complained => &[Self::Bounced, Self::Unsubscribed],
        }
    }

    /// Returns the `delivery.reason` of a mail that is not sent for this reason.
    pub fn of_mail(self) -> &'static str {
        match self {
            Self::Bounced => "address_bounced",
            Self::Unsubscribed => "unsubscribed",
            Self::Complained => "address_complained",
        }
    }
}

/// An entry of the suppression list: the reason why one address gets no mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The strongest reason that was recorded.
    pub reason: SuppressionReason,
    /// When this was recorded.
    pub created_at: Timestamp,
}

/// An event of SES about the mail of an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailEvent {
    /// The invite, and its generation when the mail was sent.
    pub subject: TokenSubject,
    /// The number of the request that the mail was sent for.
    pub request: u32,
    /// The id that SES gave the mail.
    pub message_id: String,
    /// The meaning of the event.
    pub feedback: Feedback,
    /// The addresses that bounced or complained. Empty for other events.
    pub recipients: Vec<EmailAddress>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::invite::Delivery;

    const ALL: [Feedback; 7] = [
        Feedback::Delayed,
        Feedback::SoftBounce,
        Feedback::Delivered,
        Feedback::RenderingFailed,
        Feedback::Rejected,
        Feedback::HardBounce,
        Feedback::Complaint,
    ];

    /// Returns the state and reason of a sent mail after these events.
    fn after(events: &[Feedback]) -> (DeliveryState, Option<String>) {
        let now = Timestamp::from_seconds(1_000);
        let mut delivery = Delivery::NOT_REQUESTED.requested_again(now).sent_as("m-1", now);
        for event in events {
            delivery = delivery.reported(("m-1", 1), *event, now).unwrap_or(delivery);
        }
        (delivery.state, delivery.reason)
    }

    proptest! {
        #[test]
        fn every_order_of_the_same_events_with_repeats_ends_in_the_same_state(
            (events, shuffled) in prop::collection::vec(prop::sample::select(ALL.to_vec()), 0..8)
                .prop_flat_map(|events| {
                    let twice: Vec<_> = events.iter().chain(&events).copied().collect();
                    (Just(events), Just(twice).prop_shuffle())
                })
        ) {
            prop_assert_eq!(after(&events), after(&shuffled));
        }
    }

    #[test]
    fn the_most_certain_event_gives_the_state() {
        use Feedback::*;
        for (events, state, reason) in [
            (vec![], DeliveryState::Sent, None),
            (vec![Delayed], DeliveryState::Delayed, None),
            (vec![Delayed, Delivered], DeliveryState::Delivered, None),
            (vec![SoftBounce, Delayed], DeliveryState::Bounced, Some("soft_bounce")),
            (vec![SoftBounce, Delivered], DeliveryState::Delivered, None),
            (vec![HardBounce, Delivered], DeliveryState::Bounced, Some("hard_bounce")),
            (vec![Complaint, Delivered, HardBounce], DeliveryState::Complained, None),
            (vec![Rejected], DeliveryState::Failed, Some("rejected")),
        ] {
            assert_eq!(after(&events), (state, reason.map(str::to_owned)), "{events:?}");
        }
    }

    #[test]
    fn only_hard_bounces_and_complaints_end_the_mails_to_an_address() {
        let reasons: Vec<_> = ALL.iter().filter_map(|event| event.suppresses()).collect();
        assert_eq!(reasons, [SuppressionReason::Bounced, SuppressionReason::Complained]);
    }
}
