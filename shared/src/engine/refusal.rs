//! Refusals of use cases: one variant for each reason, in groups. Each API renders them in its own
//! format.
//!
//! A refusal tells the caller which rule does not allow the request. A failure on our side is a
//! [`Fault`](super::Fault).

use crate::domain::Invalid;
use crate::domain::group::GroupType;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;

/// A scope that a token can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `users:write`: may write any user of the directory.
    UsersWrite,
    /// `groups:write`: may create groups for others, and invite their first member.
    GroupsWrite,
}

impl Scope {
    /// Returns the scope as it is written in a token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsersWrite => "users:write",
            Self::GroupsWrite => "groups:write",
        }
    }
}

/// The reason why a rule refused the request. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The record does not exist, or the caller may not know that it exists.
    NotFound(NotFound),
    /// The caller may not do this.
    Denied(Denied),
    /// The present state of the records does not allow the request.
    Conflict(Conflict),
    /// A limit is reached.
    Limited(Limited),
    /// A value is not allowed: the JSON pointer of the field, and the reason.
    Invalid(&'static str, Invalid),
    /// The cursor does not belong to this list.
    InvalidCursor,
}

/// The kind of record that was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// The group.
    Group,
    /// The user of the directory.
    User,
    /// The member.
    Member,
    /// The invite. Also the answer to every unknown or forged token.
    Invite,
}

/// The reason why the caller may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The group exists and has this type, but the caller is not a member. Each API decides whether
    /// a non-member may know that the group exists.
    NotMember(GroupType),
    /// The token lacks this scope.
    InsufficientScope(Scope),
    /// A caveat of the token is unknown, or the caller does not meet it.
    CaveatNotMet,
    /// A rule of the group or of the application does not allow this.
    Forbidden(Forbidden),
    /// The role to grant, or the role of the member to change, ranks above the caller's own.
    RoleAboveOwn,
    /// The caller is not the invitee.
    IdentityMismatch,
    /// The invite is for the caller's address, but the issuer has not verified that address.
    EmailNotVerified,
    /// The group or the link does not allow addresses of this domain.
    DomainNotAllowed,
    /// The invitee refuses invites.
    InvitesRefused,
    /// The inviter may no longer invite.
    InviterGone,
}

/// A rule that does not allow the request. APIs render all variants alike, with the text of
/// [`sentence`](Forbidden::sentence).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// The member may not manage the group's invites.
    MayNotInvite,
    /// People join this group only by an invite.
    InviteOnly,
    /// The group's invites are frozen.
    Frozen,
    /// The group's policy does not allow links.
    LinksOff,
    /// The invite is for another person, and leads into a group of the caller's.
    OtherInvitee,
    /// The application has no members to change.
    NoMembersToChange,
    /// Only owners and admins change members.
    ChangesMembers,
    /// Only owners manage members.
    ManagesMembers,
    /// Only owners add members.
    AddsMembers,
    /// Only owners and admins change the group.
    ChangesGroup,
    /// Only owners change the policy.
    ChangesPolicy,
    /// Only owners delete the group.
    DeletesGroup,
}

impl Forbidden {
    /// Returns the rule in words, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MayNotInvite => {
                "You are not allowed to manage this group's invites. Ask one of its owners."
            }
            Self::InviteOnly => "Only people with an invitation can join this group.",
            Self::Frozen => "This group's invites are frozen for now.",
            Self::LinksOff => "This group does not allow shareable links.",
            Self::OtherInvitee => "This invite is for another person.",
            Self::NoMembersToChange => "The application has no members to change.",
            Self::ChangesMembers => "Only owners and admins can change members.",
            Self::ManagesMembers => "Only an owner can manage the group's members.",
            Self::AddsMembers => "Only an owner can add members.",
            Self::ChangesGroup => "Only owners and admins can change the group.",
            Self::ChangesPolicy => "Only an owner can change the group's policy.",
            Self::DeletesGroup => "Only an owner can delete the group.",
        }
    }
}

/// The state that the request conflicts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The person is already a member.
    AlreadyMember,
    /// The invitee is the caller.
    Yourself,
    /// The person already has this pending invite.
    AlreadyPending(InviteId),
    /// The invite is in this state, and no longer pending.
    NotPending(State),
    /// A newer generation of the invite has replaced the token's generation.
    InviteReplaced,
    /// All seats of the group are taken.
    SeatsFull,
    /// The change would leave the group without an owner.
    LastOwner,
    /// A group has this id, or a deleted group had it.
    GroupIdTaken,
    /// Another user has this address, number or account.
    IdentityTaken,
    /// The record is not at the version in the caller's `If-Match`.
    PreconditionFailed,
}

/// The limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// The group has the maximum number of pending invites.
    Pending,
    /// Too many requests. The next one may follow after this many seconds.
    Rate(i64),
}

impl Limited {
    /// Returns the number of seconds after which the caller may retry. For pending invites this is
    /// an hour, because the real wait is unknown.
    pub const fn retry_after(self) -> i64 {
        match self {
            Self::Pending => 3600,
            Self::Rate(seconds) => seconds,
        }
    }
}

impl From<NotFound> for Refusal {
    fn from(what: NotFound) -> Self {
        Self::NotFound(what)
    }
}

impl From<Denied> for Refusal {
    fn from(why: Denied) -> Self {
        Self::Denied(why)
    }
}

impl From<Forbidden> for Refusal {
    fn from(rule: Forbidden) -> Self {
        Self::Denied(Denied::Forbidden(rule))
    }
}

impl From<Conflict> for Refusal {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<Limited> for Refusal {
    fn from(limit: Limited) -> Self {
        Self::Limited(limit)
    }
}
