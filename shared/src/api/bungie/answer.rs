//! The envelope of every answer, and the mapping from engine and request errors to codes.

use std::convert::Infallible;
use std::future::Future;

use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::code::PlatformErrorCode as Code;
use crate::auth::Unauthenticated;
use crate::domain::group::GroupType;
use crate::domain::invisible::describe;
use crate::engine::{Conflict, Denied, Fault, Limited, NotFound, Refusal, Stop};
use crate::http::{self, RequestError};

/// The challenge of a 401. RFC 9110 §11.6.1 requires one.
const CHALLENGE: &str = "Bearer realm=\"beckon\"";

/// The challenge for a token without the scope (RFC 6750 §3.1).
const SCOPE_CHALLENGE: &str =
    "Bearer realm=\"beckon\", error=\"insufficient_scope\", scope=\"AdminGroups\"";

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code of the error.
    pub code: Code,
    /// The seconds until a retry makes sense, or 0 if waiting does not help.
    pub throttle_seconds: i64,
    /// The invisible character at fault.
    character: Option<char>,
    fault: Option<Fault>,
}

/// The state of an invite: `GroupApplicationResolveState`.
///
/// `Accepted` (1) never occurs, because nobody can ask to join. `Denied` (2) never occurs, because
/// no endpoint shows declined invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "u8")]
pub enum Resolution {
    /// The invite is pending.
    Unresolved,
    /// The invite was revoked.
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

/// The answer to inviting and to cancelling: `GroupApplicationResponse`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ApplicationResponse {
    /// The state of the invite after the request.
    pub resolution: Resolution,
}

/// `MessageData`. It is empty unless an invisible character is at fault.
#[derive(Serialize)]
struct MessageData {
    #[serde(skip_serializing_if = "Option::is_none")]
    character: Option<String>,
}

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
    fn new(response: Option<T>, failure: &Failure) -> Self {
        let Failure { code, throttle_seconds, character, .. } = *failure;
        let (error_code, error_status, message) = (code.number(), code.name(), code.message());
        Self {
            response,
            error_code,
            throttle_seconds,
            error_status,
            message,
            message_data: MessageData { character: character.map(describe) },
        }
    }
}

/// Returns a success answer with `value` in the envelope.
pub fn success<T: Serialize>(value: &T) -> Response<Body> {
    http::json(Code::Success.status(), &Envelope::new(Some(value), &Code::Success.into()))
}

/// Returns the endpoint's answer to `request`, or the answer of its failure.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    Ok(http::reply(request, answer).await)
}

impl Failure {
    fn later(code: Code, seconds: i64) -> Self {
        Self { throttle_seconds: seconds.max(1), ..code.into() }
    }

    /// Returns the failure of a value that has this character inside. The answer names an invisible
    /// one.
    pub(super) fn of_character(code: Code, character: Option<char>) -> Self {
        Self { character: character.filter(|c| !c.is_control()), ..code.into() }
    }
}

impl http::Ending for Failure {
    fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }
}

impl http::Failure for Failure {
    fn response(&self, _: &str) -> Response<Body> {
        http::json(self.code.status(), &Envelope::<()>::new(None, self))
    }

    fn retry_after(&self) -> Option<i64> {
        Some(self.throttle_seconds).filter(|seconds| *seconds > 0)
    }

    fn challenge(&self) -> Option<&str> {
        match self.code {
            Code::WebAuthRequired
            | Code::ApiInvalidOrExpiredKey
            | Code::ApiKeyMissingFromRequest => Some(CHALLENGE),
            Code::AccessNotPermittedByApplicationScope => Some(SCOPE_CHALLENGE),
            _ => None,
        }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self { code, throttle_seconds: 0, character: None, fault: None }
    }
}

impl From<Unauthenticated> for Failure {
    /// A missing, an invalid and an expired token get the same code
    /// (docs/contracts/bungie.md#errors).
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid(_) => {
                Code::WebAuthRequired.into()
            }
            Unauthenticated::IssuerUnavailable(_) => Self::later(Code::SystemDisabled, 5),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(_) => Code::JsonDeserializationError.into(),
            RequestError::InvalidBody(_) | RequestError::UnsupportedMediaType(_) => {
                Code::InvalidPostBody.into()
            }
            RequestError::BodyTooLarge(_) => Code::ValidationLengthError.into(),
            RequestError::UnknownPath(_) => Code::NotFound.into(),
            RequestError::HiddenInPath(_, character) => {
                Self::of_character(Code::NotFound, Some(character))
            }
            RequestError::MethodNotAllowed => Code::UnhandledHttpException.into(),
            RequestError::InvalidQuery(..) => Code::ParameterInvalidRange.into(),
            RequestError::HiddenInQuery(_, character) => {
                Self::of_character(Code::ParameterInvalidRange, Some(character))
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(Denied::InsufficientScope(_)) => {
                Code::AccessNotPermittedByApplicationScope.into()
            }
            Refusal::Denied(Denied::Forbidden(_))
            | Refusal::Denied(Denied::RoleAboveOwn)
            | Refusal::Denied(Denied::IdentityMismatch)
            | Refusal::Denied(Denied::EmailNotVerified)
            | Refusal::Denied(Denied::DomainNotAllowed)
            | Refusal::Denied(Denied::InviterGone)
            | Refusal::Denied(Denied::CaveatNotMet)
            | Refusal::Denied(Denied::NotMember(GroupType::Open | GroupType::Private)) => {
                Code::GroupMembershipInsufficientPrivileges.into()
            }
            // A secret group looks unknown to a caller who is not a member.
            Refusal::NotFound(NotFound::Group)
            | Refusal::Denied(Denied::NotMember(GroupType::Secret)) => Code::GroupNotFound.into(),
            Refusal::NotFound(NotFound::User) => Code::UserCannotResolveCentralAccount.into(),
            Refusal::NotFound(NotFound::Member) => Code::GroupMembershipNotFound.into(),
            Refusal::NotFound(NotFound::Invite | NotFound::Token(_))
            | Refusal::Conflict(Conflict::NotPending(_))
            | Refusal::Conflict(Conflict::NotReplaceable(_) | Conflict::InviteReplaced) => {
                Code::InvitationNotFound.into()
            }
            Refusal::Conflict(Conflict::AlreadyMember) => Code::GroupInviteAlreadyMember.into(),
            Refusal::Conflict(Conflict::AlreadyPending(_)) => Code::InvitationAlreadyPending.into(),
            Refusal::Conflict(Conflict::Yourself) => Code::InvitationGroupCannotSendToSelf.into(),
            Refusal::Denied(Denied::InvitesRefused) => Code::ClanTargetDisallowsInvites.into(),
            Refusal::Conflict(Conflict::SeatsFull) => {
                Code::GroupMaximumMembershipCountReached.into()
            }
            // This is not a throttle, because nobody knows when there will be room.
            Refusal::Limited(Limited::Pending) => Code::InvitationTooManyRecipients.into(),
            // The requests of this API never cause these refusals.
            Refusal::Conflict(Conflict::LastOwner)
            | Refusal::Conflict(Conflict::GroupIdTaken)
            | Refusal::Conflict(Conflict::IdentityTaken)
            | Refusal::Conflict(
                Conflict::KeyReused | Conflict::KeyInProgress | Conflict::PreconditionFailed,
            )
            | Refusal::Invalid(..)
            | Refusal::InvalidCursor => Code::InvalidParameters.into(),
            Refusal::Limited(
                limit @ (Limited::Rate(_) | Limited::ResendTooSoon(_) | Limited::Resends),
            ) => Self::later(Code::ThrottleLimitExceededMomentarily, limit.retry_after()),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let failure = match fault {
            Fault::Unavailable(_) => Self::later(Code::SystemDisabled, 1),
            Fault::Internal(_) => Code::UnhandledException.into(),
        };
        Self { fault: Some(fault), ..failure }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        stop.into_failure()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{FetchError, Reason};

    #[test]
    fn every_authentication_error_has_its_code() {
        let row = |error: Unauthenticated| {
            let failure = Failure::from(error);
            (failure.code.number(), failure.throttle_seconds)
        };
        assert_eq!(
            [
                Unauthenticated::Missing,
                Unauthenticated::Expired,
                Unauthenticated::Invalid(Reason::Signature)
            ]
            .map(row),
            [(99, 0); 3]
        );
        assert_eq!(row(Unauthenticated::IssuerUnavailable(FetchError::of("x"))), (5, 5));
    }
}
