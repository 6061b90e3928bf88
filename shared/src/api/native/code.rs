//! The native API's error codes: one per reason (docs/contracts/native.md#codes), and those that
//! its other endpoints need.

use lambda_http::http::StatusCode;
use serde::Serialize;

/// The stable codes, each with its status and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each code's meaning stands in its title")]
pub enum Code {
    Unauthenticated,
    TokenExpired,
    InsufficientScope,
    Forbidden,
    RoleAboveOwn,
    IdentityMismatch,
    EmailNotVerified,
    DomainNotAllowed,
    InvitesRefused,
    GroupNotFound,
    UserNotFound,
    MemberNotFound,
    InviteNotFound,
    AlreadyMember,
    InviteAlreadyPending,
    InviteNotPending,
    SeatsFull,
    LastOwner,
    GroupIdTaken,
    IdentityTaken,
    PreconditionFailed,
    InviteExpired,
    InviteRevoked,
    InviteUsedUp,
    InviterGone,
    MalformedBody,
    InvalidBody,
    InvalidQuery,
    InvalidCursor,
    UnsupportedMediaType,
    BodyTooLarge,
    RateLimited,
    PendingLimit,
    TemporarilyUnavailable,
    Internal,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 35] = [
        Self::Unauthenticated,
        Self::TokenExpired,
        Self::InsufficientScope,
        Self::Forbidden,
        Self::RoleAboveOwn,
        Self::IdentityMismatch,
        Self::EmailNotVerified,
        Self::DomainNotAllowed,
        Self::InvitesRefused,
        Self::GroupNotFound,
        Self::UserNotFound,
        Self::MemberNotFound,
        Self::InviteNotFound,
        Self::AlreadyMember,
        Self::InviteAlreadyPending,
        Self::InviteNotPending,
        Self::SeatsFull,
        Self::LastOwner,
        Self::GroupIdTaken,
        Self::IdentityTaken,
        Self::PreconditionFailed,
        Self::InviteExpired,
        Self::InviteRevoked,
        Self::InviteUsedUp,
        Self::InviterGone,
        Self::MalformedBody,
        Self::InvalidBody,
        Self::InvalidQuery,
        Self::InvalidCursor,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::RateLimited,
        Self::PendingLimit,
        Self::TemporarilyUnavailable,
        Self::Internal,
    ];

    /// The code's HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::TokenExpired => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope
            | Self::Forbidden
            | Self::RoleAboveOwn
            | Self::IdentityMismatch
            | Self::EmailNotVerified
            | Self::DomainNotAllowed
            | Self::InvitesRefused => StatusCode::FORBIDDEN,
            Self::GroupNotFound
            | Self::UserNotFound
            | Self::MemberNotFound
            | Self::InviteNotFound => StatusCode::NOT_FOUND,
            Self::AlreadyMember
            | Self::InviteAlreadyPending
            | Self::InviteNotPending
            | Self::SeatsFull
            | Self::LastOwner
            | Self::GroupIdTaken
            | Self::IdentityTaken => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::InviteExpired | Self::InviteRevoked | Self::InviteUsedUp | Self::InviterGone => {
                StatusCode::GONE
            }
            Self::MalformedBody | Self::InvalidQuery | Self::InvalidCursor => {
                StatusCode::BAD_REQUEST
            }
            Self::InvalidBody => StatusCode::UNPROCESSABLE_ENTITY,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited | Self::PendingLimit => StatusCode::TOO_MANY_REQUESTS,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code's title, the same in every problem.
    pub fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Not signed in",
            Self::TokenExpired => "The access token has expired",
            Self::InsufficientScope => "The access token lacks a scope",
            Self::Forbidden => "Not allowed",
            Self::RoleAboveOwn => "A role above your own",
            Self::IdentityMismatch => "This invite is for somebody else",
            Self::EmailNotVerified => "Your e-mail address is not verified",
            Self::DomainNotAllowed => "This mail domain is not allowed",
            Self::InvitesRefused => "This person takes no invites",
            Self::GroupNotFound => "No such group",
            Self::UserNotFound => "No such user",
            Self::MemberNotFound => "No such member",
            Self::InviteNotFound => "No such invite",
            Self::AlreadyMember => "Already a member",
            Self::InviteAlreadyPending => "Already invited",
            Self::InviteNotPending => "The invite is no longer pending",
            Self::SeatsFull => "The group is full",
            Self::LastOwner => "The last owner can't go",
            Self::GroupIdTaken => "The group id is taken",
            Self::IdentityTaken => "It belongs to another user",
            Self::PreconditionFailed => "It was changed meanwhile",
            Self::InviteExpired => "The invite has expired",
            Self::InviteRevoked => "The invite was taken back",
            Self::InviteUsedUp => "The link is used up",
            Self::InviterGone => "The inviter may no longer invite",
            Self::MalformedBody => "The body is not JSON",
            Self::InvalidBody => "The body is not valid",
            Self::InvalidQuery => "The query is not valid",
            Self::InvalidCursor => "The cursor is not valid",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::BodyTooLarge => "The body is too large",
            Self::RateLimited => "Too many requests",
            Self::PendingLimit => "Too many pending invites",
            Self::TemporarilyUnavailable => "Temporarily unavailable",
            Self::Internal => "Something went wrong here",
        }
    }
}
