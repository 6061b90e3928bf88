//! Refusals of use cases: one variant for each reason, in groups. Each API renders them in its own
//! format.
//!
//! A refusal tells the caller which rule does not allow the request. A failure on our side is a
//! [`Fault`](super::Fault).

use crate::domain::Invalid;
use crate::domain::group::GroupType;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;
use crate::domain::token::TokenFlaw;

/// A scope that a token can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `users:write`: may write any user of the directory.
    UsersWrite,
    /// `groups:write`: may create groups for others, and invite their first member.
    GroupsWrite,
    /// `suppressions:write`: may read and clear the suppression list.
    SuppressionsWrite,
}

impl Scope {
    /// Returns the scope as it is written in a token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsersWrite => "users:write",
            Self::GroupsWrite => "groups:write",
            Self::SuppressionsWrite => "suppressions:write",
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
    /// The invite. Also the answer to an unknown or forged token.
    Invite,
    /// The invite, because its token was changed when it was copied.
    Token(TokenFlaw),
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

/// A rule that does not allow the request. The published APIs render all variants alike; those that
/// have a text take that of [`sentence`](Forbidden::sentence).
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
    /// The link is paused.
    LinkPaused,
    /// The invite is for another person, and leads into a group of the caller's.
    OtherInvitee,
    /// Only the inviter may send reminders of an invite to the application.
    OtherInviter,
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
    /// Only owners and admins read what happened in the group.
    ReadsEvents,
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
            Self::LinkPaused => "This link is paused for now.",
            Self::OtherInvitee => "This invite is for another person.",
            Self::OtherInviter => {
                "Only the person who sent this invitation can send a reminder of it."
            }
            Self::ChangesMembers => "Only owners and admins can change members.",
            Self::ManagesMembers => "Only an owner can manage the group's members.",
            Self::AddsMembers => "Only an owner can add members.",
            Self::ChangesGroup => "Only owners and admins can change the group.",
            Self::ChangesPolicy => "Only an owner can change the group's policy.",
            Self::DeletesGroup => "Only an owner can delete the group.",
            Self::ReadsEvents => "Only owners and admins can read the group's events.",
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
    /// The invite to replace is in this state, and not pending.
    NotReplaceable(State),
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
    /// Another request of the caller has this idempotency key.
    KeyReused,
    /// The first request with this idempotency key is under way.
    KeyInProgress,
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
    /// The invite was made or resent too recently. It can be resent after this many seconds.
    ResendTooSoon(i64),
    /// The invite was resent as often as it can be.
    Resends,
}

impl Limited {
    /// Returns the number of seconds after which the caller may retry. For pending invites this is
    /// an hour, because the real wait is unknown. For resends it is a day, although the limit stays.
    pub const fn retry_after(self) -> i64 {
        match self {
            Self::Pending => 3600,
            Self::Rate(seconds) | Self::ResendTooSoon(seconds) => seconds,
            Self::Resends => 86_400,
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
