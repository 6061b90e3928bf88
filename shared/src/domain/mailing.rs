//! The mail that delivers an invite: its kind, its sender's name, and the other groups that it
//! mentions.

use serde::{Deserialize, Serialize};

use super::ids::GroupId;

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

/// A mail that delivers an invite's link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mailing {
    /// The kind of the mail.
    pub kind: MailKind,
    /// The name of the person who asks for the mail. `None` for the inviter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The other groups that the mail mentions. If the same request invited the person to them,
    /// accepting by the link accepts those invites too.
    pub groups: Vec<GroupId>,
}

#[cfg(test)]
mod tests {
    use super::*;

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
