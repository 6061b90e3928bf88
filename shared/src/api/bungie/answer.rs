//! The envelope around every answer, and the one table from what went wrong to its code.

use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::{HeaderValue, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use super::code::PlatformErrorCode as Code;
use crate::auth::Unauthenticated;
use crate::domain::group::GroupType;
use crate::engine::Refusal;
use crate::http::{self, RequestError, deadline};

/// What a caller without a token is asked for (RFC 9110 §11.6.1: a 401 names a challenge).
const CHALLENGE: &str = "Bearer realm=\"beckon\"";

/// What a token without the scope lacks (RFC 6750 §3.1).
const SCOPE_CHALLENGE: &str =
    "Bearer realm=\"beckon\", error=\"insufficient_scope\", scope=\"AdminGroups\"";

/// One error, as it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub code: Code,
    /// After how many seconds to try again; 0 where time alone changes nothing.
    pub throttle_seconds: i64,
}

/// `GroupApplicationResolveState`: what became of an invite. Nobody can ask to join, so that none
/// is `Accepted` (1) as soon as it is made, and no endpoint shows one that was declined (2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "u8")]
pub enum Resolution {
    /// It waits for its invitee.
    Unresolved,
    /// It was taken back.
    Rescinded,
}

impl From<Resolution> for u8 {
    fn from(resolution: Resolution) -> Self {
        match resolution {
            Resolution::Unresolved => 0,
            Resolution::Rescinded => 3,
        }
    }
}

/// `GroupApplicationResponse`: the answer to inviting and to taking back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ApplicationResponse {
    /// Where the invite stands now.
    pub resolution: Resolution,
}

/// `MessageData`, which nothing here fills.
#[derive(Serialize)]
struct MessageData {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<T>,
    error_code: u16,
    throttle_seconds: i64,
    error_status: &'static str,
    message: &'static str,
    message_data: MessageData,
}

impl<T: Serialize> Envelope<T> {
    fn new(response: Option<T>, code: Code, throttle_seconds: i64) -> Self {
        let (error_code, error_status, message) = (code.number(), code.name(), code.message());
        Self {
            response,
            error_code,
            throttle_seconds,
            error_status,
            message,
            message_data: MessageData {},
        }
    }
}

/// The envelope around what an endpoint gives.
pub fn success<T: Serialize>(value: &T) -> Response<Body> {
    http::json(Code::Success.status(), &Envelope::new(Some(value), Code::Success, 0))
}

/// The answer: what the endpoint gave, or the envelope of its failure.
///
/// # Errors
/// None: every failure is an answer.
pub async fn respond(
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    Ok(deadline(answer).await.unwrap_or_else(Failure::response))
}

impl Failure {
    fn response(self) -> Response<Body> {
        let mut response = http::json(
            self.code.status(),
            &Envelope::<()>::new(None, self.code, self.throttle_seconds),
        );
        let challenge = match self.code {
            Code::WebAuthRequired
            | Code::ApiInvalidOrExpiredKey
            | Code::ApiKeyMissingFromRequest => Some(CHALLENGE),
            Code::AccessNotPermittedByApplicationScope => Some(SCOPE_CHALLENGE),
            _ => None,
        };
        let headers = response.headers_mut();
        headers.extend(
            challenge
                .map(|challenge| (header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))),
        );
        let retry =
            Some(self.throttle_seconds).filter(|seconds| *seconds > 0).map(HeaderValue::from);
        headers.extend(retry.map(|value| (header::RETRY_AFTER, value)));
        response
    }

    fn later(code: Code, seconds: i64) -> Self {
        Self { code, throttle_seconds: seconds.max(1) }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self { code, throttle_seconds: 0 }
    }
}

impl From<Unauthenticated> for Failure {
    /// No token, a token of no use and an expired one look the same here
    /// (docs/contracts/bungie.md#errors).
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid => {
                Code::WebAuthRequired.into()
            }
            Unauthenticated::IssuerUnavailable => Self::later(Code::SystemDisabled, 5),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(_) => Code::JsonDeserializationError.into(),
            RequestError::InvalidBody(_) | RequestError::UnsupportedMediaType => {
                Code::InvalidPostBody.into()
            }
            RequestError::BodyTooLarge(_) => Code::ValidationLengthError.into(),
            RequestError::UnknownPath(_) => Code::NotFound.into(),
            RequestError::InvalidQuery(..) => Code::ParameterInvalidRange.into(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InsufficientScope(_) => Code::AccessNotPermittedByApplicationScope.into(),
            Refusal::Forbidden(_)
            | Refusal::RoleAboveOwn
            | Refusal::IdentityMismatch
            | Refusal::EmailNotVerified
            | Refusal::DomainNotAllowed
            | Refusal::InviterGone
            | Refusal::CaveatNotMet
            | Refusal::NotMember(GroupType::Open | GroupType::Private) => {
                Code::GroupMembershipInsufficientPrivileges.into()
            }
            // Who is not in a secret group learns nothing of it.
            Refusal::GroupNotFound | Refusal::NotMember(GroupType::Secret) => {
                Code::GroupNotFound.into()
            }
            Refusal::UserNotFound => Code::UserCannotResolveCentralAccount.into(),
            Refusal::MemberNotFound => Code::GroupMembershipNotFound.into(),
            Refusal::InviteNotFound | Refusal::NotPending(_) | Refusal::InviteReplaced => {
                Code::InvitationNotFound.into()
            }
            Refusal::AlreadyMember => Code::GroupInviteAlreadyMember.into(),
            Refusal::AlreadyPending(_) => Code::InvitationAlreadyPending.into(),
            Refusal::Yourself => Code::InvitationGroupCannotSendToSelf.into(),
            Refusal::InvitesRefused => Code::ClanTargetDisallowsInvites.into(),
            Refusal::SeatsFull => Code::GroupMaximumMembershipCountReached.into(),
            // No time is known after which there is room, so it is no throttle.
            Refusal::PendingLimit => Code::InvitationTooManyRecipients.into(),
            // Nothing that this API asks of the engine is refused for these; the caller's request
            // would be what is wrong.
            Refusal::LastOwner
            | Refusal::GroupIdTaken
            | Refusal::IdentityTaken
            | Refusal::PreconditionFailed
            | Refusal::Invalid(..)
            | Refusal::InvalidCursor => Code::InvalidParameters.into(),
            Refusal::RateLimited(seconds) => {
                Self::later(Code::ThrottleLimitExceededMomentarily, seconds)
            }
            Refusal::Unavailable(error) => {
                tracing::warn!(%error, "Answered 503");
                Self::later(Code::SystemDisabled, 1)
            }
            Refusal::Internal(error) => {
                tracing::error!(%error, "Answered 500");
                Code::UnhandledException.into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_token_has_its_code() {
        let row = |error: Unauthenticated| {
            (Failure::from(error).code.number(), Failure::from(error).throttle_seconds)
        };
        assert_eq!(
            [Unauthenticated::Missing, Unauthenticated::Expired, Unauthenticated::Invalid].map(row),
            [(99, 0); 3]
        );
        assert_eq!(row(Unauthenticated::IssuerUnavailable), (5, 5));
    }
}
