//! Why a use case was refused: one variant per reason, in groups, rendered by each API in its own
//! shape. A refusal is the caller's to hear; what fails here is a [`Fault`](super::Fault).

use crate::domain::Invalid;
use crate::domain::group::GroupType;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;

/// A scope that a token can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `users:write`: may write any user of the directory.
    UsersWrite,
    /// `groups:write`: may make groups for others, and invite their first member.
    GroupsWrite,
}

impl Scope {
    /// The scope as a token has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsersWrite => "users:write",
            Self::GroupsWrite => "groups:write",
        }
    }
}

/// Why the engine said no. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing, or none that the caller may know of.
    NotFound(NotFound),
    /// The caller may not do this.
    Denied(Denied),
    /// The records do not allow it as they are now.
    Conflict(Conflict),
    /// It is too much for now.
    Limited(Limited),
    /// A value is not allowed: a pointer to the field, and why.
    Invalid(&'static str, Invalid),
    /// The cursor is not one of this list.
    InvalidCursor,
}

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// The group.
    Group,
    /// The user of the directory.
    User,
    /// The member.
    Member,
    /// The invite; also for every token that is not ours.
    Invite,
}

/// Why the caller may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is such a group, of this type, and the caller is not a member. Each API decides
    /// whether a stranger may know that the group exists.
    NotMember(GroupType),
    /// The token lacks a scope.
    InsufficientScope(Scope),
    /// The token was narrowed by a caveat that the caller does not meet, or that is unknown here.
    CaveatNotMet,
    /// A rule of the group or of the application does not allow it.
    Forbidden(Forbidden),
    /// The role granted, or the role of the member acted on, ranks above the caller's own.
    RoleAboveOwn,
    /// The caller is not the invitee.
    IdentityMismatch,
    /// The caller's address is the invited one, but the issuer has not verified it.
    EmailNotVerified,
    /// The group, or the link, does not take addresses of this domain.
    DomainNotAllowed,
    /// The invitee takes no invites.
    InvitesRefused,
    /// The inviter may no longer invite.
    InviterGone,
}

/// A rule that does not allow what the caller asks for. APIs answer all of them alike, with the
/// rule's own [`sentence`](Forbidden::sentence).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// The member may not handle the group's invites.
    MayNotInvite,
    /// The group can be joined by an invite only.
    InviteOnly,
    /// The group's invites are frozen.
    Frozen,
    /// The group's policy has no links.
    LinksOff,
    /// The invite is for somebody else, in a group of the caller's.
    SomebodyElses,
    /// The application has no members to change.
    NoMembersToChange,
    /// The caller is neither owner nor admin, and changes a member.
    ChangesMembers,
    /// The caller is not an owner, and manages members.
    ManagesMembers,
    /// The caller is not an owner, and adds a member.
    AddsMembers,
    /// The caller is neither owner nor admin, and changes the group.
    ChangesGroup,
    /// The caller is not an owner, and changes the policy.
    ChangesPolicy,
    /// The caller is not an owner, and deletes the group.
    DeletesGroup,
}

impl Forbidden {
    /// The rule in words, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MayNotInvite => {
                "You are not allowed to manage this group's invites. Ask one of its owners."
            }
            Self::InviteOnly => "Only people with an invitation can join this group.",
            Self::Frozen => "This group's invites are frozen for now.",
            Self::LinksOff => "This group does not allow shareable links.",
            Self::SomebodyElses => "This invite is for another person.",
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

/// What the request conflicts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The person is a member already.
    AlreadyMember,
    /// The invite would be for the caller.
    Yourself,
    /// The person has an acceptable invite already.
    AlreadyPending(InviteId),
    /// The invite is not pending: it is in this state.
    NotPending(State),
    /// A newer invite for the same person has replaced the one that the token belongs to.
    InviteReplaced,
    /// The group has as many members as it may have.
    SeatsFull,
    /// The group would be left without an owner.
    LastOwner,
    /// A group has, or had, this id.
    GroupIdTaken,
    /// An address, number or account belongs to another user.
    IdentityTaken,
    /// The record changed since it was read: the `If-Match` no longer holds.
    PreconditionFailed,
}

/// Which limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// The group has as many acceptable invites as it may have.
    Pending,
    /// There were too many requests; the next one may come after so many seconds.
    Rate(i64),
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
