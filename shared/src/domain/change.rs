//! What the table's stream tells about a stored record: its event, and a change that has consequences
//! for other records.

use super::event::Event;
use super::ids::{GroupId, UserId};
use super::member::Member;
use super::news::News;
use super::token::TokenSubject;

/// What one record of the table's stream tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeRecord {
    /// The event. `None` if the write is none.
    pub event: Option<Event>,
    /// Whether the event is in the audit trail already, because it was written in the transaction of
    /// its act.
    pub is_recorded: bool,
    /// The change that others may have to follow. `None` if it has no consequences.
    pub change: Option<Change>,
    /// The inviter of an invite, and the news about it. `None` if the inviter need not know.
    pub news: Option<(UserId, News)>,
}

/// A change that has happened, and may have to be followed by others.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// This generation of an invite was created, or changed while it is pending.
    InvitePending(TokenSubject),
    /// The person became a member.
    Joined(Member),
    /// The member's roles or privileges changed.
    MemberChanged {
        /// The membership before.
        before: Box<Member>,
        /// The membership after.
        after: Box<Member>,
    },
    /// The member left or was removed.
    MemberRemoved(Member),
    /// The person refuses all invites from now on.
    OptedOut(UserId),
    /// The group was deleted.
    GroupDeleted {
        /// The group.
        group: GroupId,
        /// The user who deleted it.
        by: Option<UserId>,
    },
}
