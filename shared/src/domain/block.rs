//! Blocks: the senders whose invites a person does not want to see.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{GroupId, UserId};
use super::invite::Invite;

/// A sender that a person blocks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
pub enum Blocked {
    /// Everything that this user sends.
    Inviter(UserId),
    /// Every invite into this group.
    Group(GroupId),
}

/// A block, and when the person made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The sender.
    pub of: Blocked,
    /// When the person blocked it.
    pub created_at: Timestamp,
}

/// The sender of an invite that its invitee declines and blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockChoice {
    /// The inviter.
    Inviter,
    /// The group.
    Group,
    /// Everybody: the person refuses all invites.
    All,
}

impl Blocked {
    /// Returns the kind of sender as text.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Inviter(_) => "inviter",
            Self::Group(_) => "group",
        }
    }

    /// Returns the sender's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Inviter(user) => user.as_str(),
            Self::Group(group) => group.as_str(),
        }
    }

    /// Returns every sender of the invite: its group, its inviter, the person who resent it, and the
    /// person in whose name its mail goes out. An invite is unwanted if one of them is blocked.
    pub fn senders_of(invite: &Invite) -> Vec<Self> {
        let people = [&invite.created_by.id, &invite.granted_by.id].into_iter();
        let people = people.chain(invite.mailing.sender.as_ref().map(|sender| &sender.id));
        let mut senders = vec![Self::Group(invite.group.clone())];
        for person in people.cloned().map(Self::Inviter) {
            if !senders.contains(&person) {
                senders.push(person);
            }
        }
        senders
    }

    /// Returns every sender that the invite's mail names: those of the invite, and the other groups
    /// of the mail.
    pub fn named_in_mail(invite: &Invite) -> Vec<Self> {
        let others = invite.mailing.groups.iter().cloned().map(Self::Group);
        Self::senders_of(invite).into_iter().chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invite::Granter;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::Invitee;
    use crate::domain::mailing::{Mailing, Sender};
    use crate::domain::role::Rank;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn the_senders_of_an_invite_are_named_once() {
        let mut invite = pending(Invitee::User(user("ada")), None);
        let names = |invite: &Invite| {
            let senders = Blocked::senders_of(invite);
            senders.iter().map(|it| format!("{} {}", it.kind(), it.id())).collect::<Vec<_>>()
        };
        assert_eq!(names(&invite), ["group 3773", "inviter 29842"]);
        invite.granted_by =
            Granter { id: user("bob"), rank: Rank::Admin, at: invite.created_at, until: None };
        let sender = Some(Sender { id: user("cleo"), name: None });
        invite.mailing = Mailing { sender, ..Mailing::default() };
        assert_eq!(names(&invite), ["group 3773", "inviter 29842", "inviter bob", "inviter cleo"]);
    }
}
