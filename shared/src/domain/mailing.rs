//! The mail that an invite asks for: of which kind, in whose name, and about which groups besides
//! the invite's own.

use serde::{Deserialize, Serialize};

use super::ids::GroupId;

/// Which mail goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Somebody is invited to a group.
    #[default]
    Invitation,
    /// Somebody new is invited to the platform, perhaps to projects on it
    /// (docs/contracts/chembiohub.md#mails-and-messages).
    PlatformInvitation,
    /// Somebody who is known is invited to more projects
    /// (docs/contracts/chembiohub.md#mails-and-messages).
    AccessChanged,
    /// Somebody is reminded of the platform and its projects
    /// (docs/contracts/chembiohub.md#mails-and-messages).
    Reminder,
}

/// A mail to be sent with an invite's link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mailing {
    /// Which mail.
    pub kind: MailKind,
    /// The name of who asks for it; none for the name of the invite's maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The other groups that it is about. Where the same request invited the person to them, the
    /// link takes up those invites too.
    pub groups: Vec<GroupId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_written_before_there_were_kinds_asks_for_an_invitation() {
        let mailing: Mailing = serde_json::from_str("{}").unwrap();
        assert_eq!(mailing, Mailing::default());
        assert_eq!(
            serde_json::to_string(&mailing).unwrap(),
            r#"{"kind":"invitation","groups":[]}"#
        );
    }
}
