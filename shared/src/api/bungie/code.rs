//! The error codes that this API answers with: a part of `Exceptions.PlatformErrorCodes`
//! (docs/contracts/bungie.md#errors).

use lambda_http::http::StatusCode;

/// One of `PlatformErrorCodes`: what every envelope carries as `ErrorCode` and `ErrorStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the names are the original's own, and each one's use stands in the API's tables"
)]
pub enum PlatformErrorCode {
    Success,
    UnhandledException,
    SystemDisabled,
    ParameterParseFailure,
    ParameterInvalidRange,
    InvalidParameters,
    NotFound,
    InvalidPostBody,
    MissingPostBody,
    ValidationLengthError,
    JsonDeserializationError,
    ThrottleLimitExceededMomentarily,
    WebAuthRequired,
    UserCannotResolveCentralAccount,
    GroupMembershipInsufficientPrivileges,
    GroupMembershipNotFound,
    GroupNotFound,
    GroupMaximumMembershipCountReached,
    GroupInviteAlreadyMember,
    ClanTargetDisallowsInvites,
    InvitationAlreadyPending,
    InvitationGroupCannotSendToSelf,
    InvitationTooManyRecipients,
    InvitationNotFound,
    ApiInvalidOrExpiredKey,
    ApiKeyMissingFromRequest,
    AccessNotPermittedByApplicationScope,
}

/// What stands behind a code: its number, its identifier, and the status of an answer that carries
/// it.
type Row = (u16, &'static str, StatusCode);

impl PlatformErrorCode {
    /// Every code.
    pub const ALL: [Self; 27] = [
        Self::Success,
        Self::UnhandledException,
        Self::SystemDisabled,
        Self::ParameterParseFailure,
        Self::ParameterInvalidRange,
        Self::InvalidParameters,
        Self::NotFound,
        Self::InvalidPostBody,
        Self::MissingPostBody,
        Self::ValidationLengthError,
        Self::JsonDeserializationError,
        Self::ThrottleLimitExceededMomentarily,
        Self::WebAuthRequired,
        Self::UserCannotResolveCentralAccount,
        Self::GroupMembershipInsufficientPrivileges,
        Self::GroupMembershipNotFound,
        Self::GroupNotFound,
        Self::GroupMaximumMembershipCountReached,
        Self::GroupInviteAlreadyMember,
        Self::ClanTargetDisallowsInvites,
        Self::InvitationAlreadyPending,
        Self::InvitationGroupCannotSendToSelf,
        Self::InvitationTooManyRecipients,
        Self::InvitationNotFound,
        Self::ApiInvalidOrExpiredKey,
        Self::ApiKeyMissingFromRequest,
        Self::AccessNotPermittedByApplicationScope,
    ];

    /// The code's number: `ErrorCode`.
    pub fn number(self) -> u16 {
        self.row().0
    }

    /// The code's identifier: `ErrorStatus`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The status of an answer with this code.
    pub fn status(self) -> StatusCode {
        self.row().2
    }

    /// The text for people, as far as it was seen in the original's answers; else the identifier,
    /// as the original itself does for 611.
    pub fn message(self) -> &'static str {
        match self {
            Self::Success => "Ok",
            Self::UnhandledException => "We've encountered an error, please try again later.",
            Self::ParameterInvalidRange => {
                "One or more parameters are outside the range of valid values.  Please correct them, and try again."
            }
            Self::InvalidParameters => {
                "The input parameters were invalid, please enter valid input, and try again."
            }
            Self::WebAuthRequired => "Please sign-in to continue.",
            Self::ApiInvalidOrExpiredKey => "The given Platform API Key is invalid.",
            _ => self.name(),
        }
    }

    fn row(self) -> Row {
        match self {
            Self::Success => (1, "Success", StatusCode::OK),
            Self::UnhandledException => {
                (3, "UnhandledException", StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::SystemDisabled => (5, "SystemDisabled", StatusCode::SERVICE_UNAVAILABLE),
            Self::ParameterParseFailure => (7, "ParameterParseFailure", StatusCode::BAD_REQUEST),
            Self::ParameterInvalidRange => (8, "ParameterInvalidRange", StatusCode::BAD_REQUEST),
            Self::InvalidParameters => (18, "InvalidParameters", StatusCode::BAD_REQUEST),
            Self::NotFound => (21, "NotFound", StatusCode::NOT_FOUND),
            Self::InvalidPostBody => (25, "InvalidPostBody", StatusCode::BAD_REQUEST),
            Self::MissingPostBody => (26, "MissingPostBody", StatusCode::BAD_REQUEST),
            Self::ValidationLengthError => (28, "ValidationLengthError", StatusCode::BAD_REQUEST),
            Self::JsonDeserializationError => {
                (30, "JsonDeserializationError", StatusCode::BAD_REQUEST)
            }
            Self::ThrottleLimitExceededMomentarily => {
                (36, "ThrottleLimitExceededMomentarily", StatusCode::TOO_MANY_REQUESTS)
            }
            Self::WebAuthRequired => (99, "WebAuthRequired", StatusCode::UNAUTHORIZED),
            Self::UserCannotResolveCentralAccount => {
                (217, "UserCannotResolveCentralAccount", StatusCode::NOT_FOUND)
            }
            Self::GroupMembershipInsufficientPrivileges => {
                (603, "GroupMembershipInsufficientPrivileges", StatusCode::FORBIDDEN)
            }
            Self::GroupMembershipNotFound => {
                (611, "GroupMembershipNotFound", StatusCode::NOT_FOUND)
            }
            Self::GroupNotFound => (622, "GroupNotFound", StatusCode::NOT_FOUND),
            Self::GroupMaximumMembershipCountReached => {
                (629, "GroupMaximumMembershipCountReached", StatusCode::CONFLICT)
            }
            Self::GroupInviteAlreadyMember => {
                (677, "GroupInviteAlreadyMember", StatusCode::CONFLICT)
            }
            Self::ClanTargetDisallowsInvites => {
                (695, "ClanTargetDisallowsInvites", StatusCode::FORBIDDEN)
            }
            Self::InvitationAlreadyPending => {
                (1904, "InvitationAlreadyPending", StatusCode::CONFLICT)
            }
            Self::InvitationGroupCannotSendToSelf => {
                (1911, "InvitationGroupCannotSendToSelf", StatusCode::BAD_REQUEST)
            }
            Self::InvitationTooManyRecipients => {
                (1912, "InvitationTooManyRecipients", StatusCode::CONFLICT)
            }
            Self::InvitationNotFound => (1914, "InvitationNotFound", StatusCode::NOT_FOUND),
            Self::ApiInvalidOrExpiredKey => {
                (2101, "ApiInvalidOrExpiredKey", StatusCode::UNAUTHORIZED)
            }
            Self::ApiKeyMissingFromRequest => {
                (2102, "ApiKeyMissingFromRequest", StatusCode::UNAUTHORIZED)
            }
            Self::AccessNotPermittedByApplicationScope => {
                (2108, "AccessNotPermittedByApplicationScope", StatusCode::FORBIDDEN)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list of codes is a promise to clients: a change here is a change of the API.
    #[test]
    fn every_code_has_its_number_name_status_and_message() {
        let row = |code: &PlatformErrorCode| {
            format!(
                "{} {} {} {:?}",
                code.number(),
                code.name(),
                code.status().as_u16(),
                code.message()
            )
        };
        insta::assert_snapshot!(
            PlatformErrorCode::ALL.iter().map(row).collect::<Vec<_>>().join("\n")
        );
    }

    #[test]
    fn the_name_is_the_identifier_and_the_numbers_differ() {
        for pair in PlatformErrorCode::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number(), "{pair:?}");
        }
        for code in PlatformErrorCode::ALL {
            assert_eq!(code.name(), format!("{code:?}"));
        }
    }
}
