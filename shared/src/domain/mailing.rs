//! The mail that delivers an invite: its kind, the person who asks for it, and the other groups that it
//! mentions.

use serde::{Deserialize, Serialize};

use super::ids::{GroupId, UserId};

/// The kind of a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Invites a person to a group.
    #[default]
    Invitation,
    /// Invites a new person to the platform, and optionally to projects on it
    /// (docs/contracts/chembiohub.md#mails-and-messages).
    PlatformInvitation,
    /// Tells a known user that they are invited to more projects
    /// (docs/contracts/chembiohub.md#mails-and-messages).
    AccessChanged,
    /// Reminds a person of the platform and its projects
    /// (docs/contracts/chembiohub.md#mails-and-messages).
    Reminder,
}

impl MailKind {
    /// Returns the kind in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PlatformInvitation => "platform_invitation",
            Self::AccessChanged => "access_changed",
            Self::Reminder => "reminder",
        }
    }
}

/// The person who asks for a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The user id.
    pub id: UserId,
    /// The name when the mail was asked for. Shown only if the directory has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A mail that delivers an invite's link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mailing {
    /// The kind of the mail.
    pub kind: MailKind,
    /// The kind of the mail that a reminder reminds of. `None` for any other mail, and for a reminder
    /// that is the invite's first mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminds_of: Option<MailKind>,
    /// The person who asks for the mail. `None` for the inviter.
    #[serde(rename = "requested_by", skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The other groups that the mail mentions. If the same request invited the person to them,
    /// accepting by the link accepts those invites too.
    pub groups: Vec<GroupId>,
}

impl Mailing {
    /// Returns the kind of the invite's own mail, also after a reminder. Only the platform sends
    /// reminders, so an invite whose first mail was one is an invitation to the platform.
    pub fn invitation(&self) -> MailKind {
        match self.kind {
            MailKind::Reminder => self.reminds_of.unwrap_or(MailKind::PlatformInvitation),
            kind @ (MailKind::Invitation
            | MailKind::PlatformInvitation
            | MailKind::AccessChanged) => kind,
        }
    }

    /// Returns the kind of the mail that a reminder would remind of. `None` if the invite has had no
    /// mail but reminders.
    pub fn to_remind_of(&self) -> Option<MailKind> {
        match self.kind {
            MailKind::Reminder => self.reminds_of,
            kind @ (MailKind::Invitation
            | MailKind::PlatformInvitation
            | MailKind::AccessChanged) => Some(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitation_is_known_after_any_number_of_reminders() {
        for kind in [MailKind::Invitation, MailKind::PlatformInvitation, MailKind::AccessChanged] {
            let mut mailing = Mailing { kind, ..Mailing::default() };
            for _ in 0..2 {
                let reminds_of = mailing.to_remind_of();
                mailing = Mailing { kind: MailKind::Reminder, reminds_of, ..mailing };
                assert_eq!(mailing.invitation(), kind);
            }
        }
        let first = Mailing { kind: MailKind::Reminder, ..Mailing::default() };
        assert_eq!(
            (first.to_remind_of(), first.invitation()),
            (None, MailKind::PlatformInvitation)
        );
    }

    #[test]
    fn an_invite_stored_without_a_kind_gets_an_invitation() {
        let mailing: Mailing = serde_json::from_str("{}").unwrap();
        assert_eq!(mailing, Mailing::default());
        assert_eq!(
            serde_json::to_string(&mailing).unwrap(),
            r#"{"kind":"invitation","groups":[]}"#
        );
    }
}
