//! Why a use case was refused: one variant per reason, rendered by each API in its own shape.

use crate::domain::Invalid;
use crate::domain::group::GroupType;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;
use crate::store::{ListError, StoreError};

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

/// Why the engine said no. Nothing was changed, except that after `Unavailable` and `Internal`
/// nobody knows.
#[derive(Debug)]
pub enum Refusal {
    /// The token lacks a scope.
    InsufficientScope(Scope),
    /// The caller is a member, but may not do this.
    Forbidden(&'static str),
    /// The role granted, or held by who is acted on, ranks above the caller's own.
    RoleAboveOwn,
    /// The caller is not the person invited.
    IdentityMismatch,
    /// The token was narrowed by a caveat that does not hold for the caller, or that nobody knows.
    CaveatNotMet,
    /// The caller's address is the invited one, but the issuer has not verified it.
    EmailNotVerified,
    /// The group, or the link, does not take addresses of this domain.
    DomainNotAllowed,
    /// No such group.
    GroupNotFound,
    /// There is such a group, of this type, and the caller is no member of it. Whether a stranger
    /// may know is the API's to say.
    NotMember(GroupType),
    /// No such user.
    UserNotFound,
    /// No such member.
    MemberNotFound,
    /// No such invite, or none that the caller may know of; and every token that is not ours.
    InviteNotFound,
    /// The person is a member already.
    AlreadyMember,
    /// The invite would be for the caller.
    Yourself,
    /// The person takes no invites.
    InvitesRefused,
    /// A live invite for the same person exists.
    AlreadyPending(InviteId),
    /// The invite is not pending: it stands in this state.
    NotPending(State),
    /// A newer invite for the same person has replaced the one that the token belongs to.
    InviteReplaced,
    /// Who made the invite may no longer invite.
    InviterGone,
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
    /// A value is not allowed: a pointer to the field, and why.
    Invalid(&'static str, Invalid),
    /// The cursor is not one of this list.
    InvalidCursor,
    /// The group has as many live invites as it may have.
    PendingLimit,
    /// Too many; try again after so many seconds.
    RateLimited(i64),
    /// The table can't answer now; worth another try.
    Unavailable(StoreError),
    /// A mistake of ours.
    Internal(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error),
            StoreError::Corrupt { .. } | StoreError::Refused(_) | StoreError::Abandoned(_) => {
                Self::Internal(error)
            }
        }
    }
}

impl From<ListError> for Refusal {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Cursor(_) => Self::InvalidCursor,
            ListError::Store(error) => error.into(),
        }
    }
}
