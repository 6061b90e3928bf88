//! The native API's error codes: one per reason, in one table.

use lambda_http::http::StatusCode;
use serde::{Serialize, Serializer};

/// Defines [`Code`] from rows of identifier, word, status and title.
macro_rules! codes {
    ($($code:ident: $word:literal, $status:ident, $title:literal;)+) => {
        /// A stable error code, with its word, status and title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $code,)+
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$code),+];

            const fn row(self) -> (&'static str, StatusCode, &'static str) {
                match self {
                    $(Self::$code => ($word, StatusCode::$status, $title),)+
                }
            }
        }
    };
}

codes! {
    Unauthenticated: "unauthenticated", UNAUTHORIZED, "Not signed in";
    TokenExpired: "token_expired", UNAUTHORIZED, "The access token has expired";
    InsufficientScope: "insufficient_scope", FORBIDDEN, "The access token lacks a scope";
    Forbidden: "forbidden", FORBIDDEN, "Not allowed";
    RoleAboveOwn: "role_above_own", FORBIDDEN, "The role ranks above your own";
    IdentityMismatch: "identity_mismatch", FORBIDDEN, "This invite is for another person";
    EmailNotVerified: "email_not_verified", FORBIDDEN, "Your e-mail address is not verified";
    DomainNotAllowed: "domain_not_allowed", FORBIDDEN, "This mail domain is not allowed";
    GroupFrozen: "group_frozen", FORBIDDEN, "The group takes no new members for now";
    LinksOff: "links_off", FORBIDDEN, "The group has no shareable links";
    LinkPaused: "link_paused", FORBIDDEN, "The link is paused";
    InvitesRefused: "invites_refused", FORBIDDEN, "This person does not accept invites";
    NotFound: "not_found", NOT_FOUND, "No such path";
    MethodNotAllowed: "method_not_allowed", METHOD_NOT_ALLOWED, "The path does not take this method";
    GroupNotFound: "group_not_found", NOT_FOUND, "No such group";
    UserNotFound: "user_not_found", NOT_FOUND, "No such user";
    MemberNotFound: "member_not_found", NOT_FOUND, "No such member";
    InviteNotFound: "invite_not_found", NOT_FOUND, "No such invite";
    SuppressionNotFound: "suppression_not_found", NOT_FOUND, "The address is not suppressed";
    BlockNotFound: "block_not_found", NOT_FOUND, "No such block";
    AlreadyMember: "already_member", CONFLICT, "Already a member";
    InviteAlreadyPending: "invite_already_pending", CONFLICT, "Already invited";
    InviteNotPending: "invite_not_pending", CONFLICT, "The invite is no longer pending";
    SeatsFull: "seats_full", CONFLICT, "The group is full";
    LastOwner: "last_owner", CONFLICT, "The group needs an owner";
    GroupIdTaken: "group_id_taken", CONFLICT, "The group id is taken";
    IdentityTaken: "identity_taken", CONFLICT, "The identity belongs to another user";
    PreconditionFailed: "precondition_failed", PRECONDITION_FAILED, "The record has changed";
    InviteExpired: "invite_expired", GONE, "The invite has expired";
    InviteRevoked: "invite_revoked", GONE, "The invite was revoked";
    InviteUsedUp: "invite_used_up", GONE, "The link is used up";
    InviterGone: "inviter_gone", GONE, "The inviter can no longer invite";
    MalformedBody: "malformed_body", BAD_REQUEST, "The body is not JSON";
    InvalidBody: "invalid_body", UNPROCESSABLE_ENTITY, "The body is not valid";
    IdempotencyKeyReused: "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The idempotency key belongs to another request";
    IdempotencyInProgress: "idempotency_in_progress", CONFLICT, "The request is under way";
    InvalidQuery: "invalid_query", BAD_REQUEST, "The query is not valid";
    InvalidCursor: "invalid_cursor", BAD_REQUEST, "The cursor is not valid";
    UnsupportedMediaType: "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    BodyTooLarge: "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    RateLimited: "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    ResendTooSoon: "resend_too_soon", TOO_MANY_REQUESTS, "The invite was sent a moment ago";
    ResendLimit: "resend_limit", TOO_MANY_REQUESTS, "The invite was resent too often";
    PendingLimit: "pending_limit", TOO_MANY_REQUESTS, "Too many pending invites";
    TemporarilyUnavailable: "temporarily_unavailable", SERVICE_UNAVAILABLE, "Temporarily unavailable";
    Internal: "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
}

impl Code {
    /// Returns the value of the field `code`.
    pub const fn word(self) -> &'static str {
        self.row().0
    }

    /// Returns the HTTP status of a problem with this code.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// Returns the title of every problem with this code.
    pub const fn title(self) -> &'static str {
        self.row().2
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_identifier_in_snake_case() {
        for code in Code::ALL {
            let mut word = String::new();
            for letter in format!("{code:?}").chars() {
                if letter.is_uppercase() && !word.is_empty() {
                    word.push('_');
                }
                word.push(letter.to_ascii_lowercase());
            }
            assert_eq!(code.word(), word);
        }
    }
}
