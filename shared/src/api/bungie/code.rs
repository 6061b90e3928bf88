//! The error codes of this API: a part of `Exceptions.PlatformErrorCodes`
//! (docs/contracts/bungie.md#errors).

use lambda_http::http::StatusCode;

/// A code's number and identifier, and the status and message of its answers.
type Row = (u16, &'static str, StatusCode, &'static str);

/// Defines [`PlatformErrorCode`] from rows of number, identifier, status and message.
///
/// A row has a message if the original's message is known. Otherwise the message is the identifier,
/// as in the original's own answer with 611.
macro_rules! codes {
    (@message $code:ident) => { stringify!($code) };
    (@message $code:ident $message:literal) => { $message };
    ($($number:literal $code:ident $status:ident $($message:literal)?;)+) => {
        /// One of `PlatformErrorCodes`: the `ErrorCode` and `ErrorStatus` of every envelope.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum PlatformErrorCode {
            $(#[doc = concat!("Number ", $number, ".")] $code,)+
        }

        impl PlatformErrorCode {
            /// Every code, in ascending order.
            pub const ALL: [Self; [$($number),+].len()] = [$(Self::$code),+];

            const fn row(self) -> Row {
                match self {
                    $(Self::$code => (
                        $number,
                        stringify!($code),
                        StatusCode::$status,
                        codes!(@message $code $($message)?),
                    ),)+
                }
            }
        }
    };
}

codes! {
    1 Success OK "Ok";
    3 UnhandledException INTERNAL_SERVER_ERROR "We've encountered an error, please try again later.";
    5 SystemDisabled SERVICE_UNAVAILABLE;
    7 ParameterParseFailure BAD_REQUEST;
    8 ParameterInvalidRange BAD_REQUEST "One or more parameters are outside the range of valid values.  Please correct them, and try again.";
    18 InvalidParameters BAD_REQUEST "The input parameters were invalid, please enter valid input, and try again.";
    20 UnhandledHttpException METHOD_NOT_ALLOWED;
    21 NotFound NOT_FOUND;
    25 InvalidPostBody BAD_REQUEST;
    26 MissingPostBody BAD_REQUEST;
    28 ValidationLengthError BAD_REQUEST;
    30 JsonDeserializationError BAD_REQUEST;
    36 ThrottleLimitExceededMomentarily TOO_MANY_REQUESTS;
    99 WebAuthRequired UNAUTHORIZED "Please sign-in to continue.";
    217 UserCannotResolveCentralAccount NOT_FOUND;
    603 GroupMembershipInsufficientPrivileges FORBIDDEN;
    611 GroupMembershipNotFound NOT_FOUND;
    622 GroupNotFound NOT_FOUND;
    629 GroupMaximumMembershipCountReached CONFLICT;
    677 GroupInviteAlreadyMember CONFLICT;
    695 ClanTargetDisallowsInvites FORBIDDEN;
    1904 InvitationAlreadyPending CONFLICT;
    1911 InvitationGroupCannotSendToSelf BAD_REQUEST;
    1912 InvitationTooManyRecipients CONFLICT;
    1914 InvitationNotFound NOT_FOUND;
    2101 ApiInvalidOrExpiredKey UNAUTHORIZED "The given Platform API Key is invalid.";
    2102 ApiKeyMissingFromRequest UNAUTHORIZED;
    2108 AccessNotPermittedByApplicationScope FORBIDDEN;
}

impl PlatformErrorCode {
    /// Returns the code's number: `ErrorCode`.
    pub const fn number(self) -> u16 {
        self.row().0
    }

    /// Returns the code's identifier: `ErrorStatus`.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns the HTTP status of an answer with this code.
    pub const fn status(self) -> StatusCode {
        self.row().2
    }

    /// Returns the text for people: `Message`.
    pub const fn message(self) -> &'static str {
        self.row().3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients rely on the codes, so a changed snapshot is a changed API.
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
    fn the_codes_are_in_ascending_order() {
        for pair in PlatformErrorCode::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number(), "{pair:?}");
        }
    }
}
