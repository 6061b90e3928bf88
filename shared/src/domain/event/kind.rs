//! The kinds of events.

use serde::{Deserialize, Serialize};

use crate::domain::invite::{DeliveryState, State};

/// Declares the kinds with their names, the only list of them.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal),+ $(,)?) => {
        /// The kind of an event: its subject and what happened to it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[$doc])+ #[serde(rename = $name)] $kind),+
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            /// Returns the kind's name in the API and in the table.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name),+
                }
            }
        }
    };
}

kinds! {
    /// An invite was created, or created anew after an earlier one of the same invitee.
    InviteCreated = "invite.created",
    /// The terms of a pending invite were changed, or a link was paused or resumed.
    InviteChanged = "invite.changed",
    /// An invite was resent.
    InviteResent = "invite.resent",
    /// A reminder of an invite was queued.
    InviteReminded = "invite.reminded",
    /// The holder of an ended invite's token asked for a new one.
    RenewalRequested = "invite.renewal_requested",
    /// A person saw the page of an invite. Once per generation.
    InviteOpened = "invite.opened",
    /// A member saw the present link of an invite again.
    LinkRevealed = "invite.link_revealed",
    /// An invitee accepted.
    InviteAccepted = "invite.accepted",
    /// An invitee declined.
    InviteDeclined = "invite.declined",
    /// An invite was withdrawn.
    InviteRevoked = "invite.revoked",
    /// An invite's time passed.
    InviteExpired = "invite.expired",
    /// All uses of a counted link are taken.
    InviteExhausted = "invite.exhausted",
    /// SES accepted a mail.
    MailSent = "invite.mail_sent",
    /// The recipient's server does not take a mail yet.
    MailDelayed = "invite.mail_delayed",
    /// The recipient's server took a mail.
    MailDelivered = "invite.mail_delivered",
    /// A mail bounced.
    MailBounced = "invite.mail_bounced",
    /// The recipient complained about a mail.
    MailComplained = "invite.mail_complained",
    /// A mail can never be sent.
    MailFailed = "invite.mail_failed",
    /// A mail was not sent, because it must not be or is of no use any more.
    MailSuppressed = "invite.mail_suppressed",
    /// The personal data of an ended invite were removed.
    InviteAnonymized = "invite.anonymized",
    /// A person became a member.
    MemberJoined = "member.joined",
    /// A member's roles or privileges were changed.
    MemberChanged = "member.changed",
    /// A member left or was removed, or the membership ended.
    MemberRemoved = "member.removed",
    /// A group was created.
    GroupCreated = "group.created",
    /// A group's own fields or its policy were changed.
    GroupChanged = "group.changed",
    /// A group was deleted.
    GroupDeleted = "group.deleted",
}

impl EventKind {
    /// Returns the kind of an invite's end in this state. `None` for a pending one.
    pub(super) fn of_end(state: State) -> Option<Self> {
        match state {
            State::Pending => None,
            State::Accepted => Some(Self::InviteAccepted),
            State::Declined => Some(Self::InviteDeclined),
            State::Revoked => Some(Self::InviteRevoked),
            State::Expired => Some(Self::InviteExpired),
            State::Exhausted => Some(Self::InviteExhausted),
        }
    }

    /// Returns the kind of a mail's outcome. `None` while the mail has none.
    pub(super) fn of_mail(state: DeliveryState) -> Option<Self> {
        match state {
            DeliveryState::NotRequested | DeliveryState::Queued => None,
            DeliveryState::Sent => Some(Self::MailSent),
            DeliveryState::Delayed => Some(Self::MailDelayed),
            DeliveryState::Delivered => Some(Self::MailDelivered),
            DeliveryState::Bounced => Some(Self::MailBounced),
            DeliveryState::Complained => Some(Self::MailComplained),
            DeliveryState::Failed => Some(Self::MailFailed),
            DeliveryState::Suppressed => Some(Self::MailSuppressed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_stored_by_its_name() {
        for kind in EventKind::ALL {
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.as_str());
            assert_eq!(serde_json::from_value::<EventKind>(json).unwrap(), kind);
        }
    }
}
