//! The errors of the onezone API: a status and `{"error": "<sentence>"}`
//! (docs/contracts/onezone.md#errors).

use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use crate::auth::Unauthenticated;
use crate::domain::Invalid;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::macaroon::NotOpened;
use crate::domain::token::TokenSubject;
use crate::engine::{Conflict, Denied, Fault, Limited, NotFound, Refusal, Stop};
use crate::http::{self, RequestError};

/// The sentences of the original, because clients may compare them. The last three are those of its
/// later versions.
const NOT_UNDERSTOOD: &str = "Provided data could not be understood by the server";
const NO_TOKEN: &str = "Missing required value: token";
const BAD_TOKEN: &str = "Bad value: provided \"token\" is not a valid token";
const BAD_TYPE: &str = "Bad value: provided \"token\" is of invalid type";
const BAD_BASIC: &str = "Provided basic authorization credentials are not valid";
const BAD_CREDENTIALS: &str = "Provided authorization token is not valid";
const UNAUTHORIZED: &str = "You must authenticate yourself to perform this operation.";
const FORBIDDEN: &str = "You are not authorized to perform this operation.";
const NOT_FOUND: &str = "The resource could not be found.";
/// Beckon's own sentence. The original sent 405 without a body.
const METHOD_NOT_ALLOWED: &str = "The resource does not take this method; see the header Allow.";

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    sentence: String,
    retry_after: Option<i64>,
    fault: Option<Fault>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    error: &'a str,
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
    fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into(), retry_after: None, fault: None }
    }

    fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    fn later(status: StatusCode, sentence: &str, seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(status, sentence) }
    }

    /// Creates a 406 for a client that does not accept JSON.
    pub fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "Answers are of type application/json")
    }

    /// Creates a 400 for a body without a token.
    pub fn missing_token() -> Self {
        Self::bad_request(NO_TOKEN)
    }

    /// Creates a 400 for a token that cannot be used.
    pub fn bad_token() -> Self {
        Self::bad_request(BAD_TOKEN)
    }

    /// Creates a 400 for a user who is already a member of the group, by this token or in another
    /// way.
    pub fn already_member(user: &UserId, group: &GroupId) -> Self {
        Self::bad_request(format!("Bad value: user:{user} is already a member of group:{group}"))
    }

    /// Creates the failure of basic credentials that prove no caller.
    pub fn of_basic(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Expired | Unauthenticated::Invalid(_) => {
                Self::new(StatusCode::UNAUTHORIZED, BAD_BASIC)
            }
            Unauthenticated::Missing | Unauthenticated::IssuerUnavailable(_) => error.into(),
        }
    }

    /// Creates the failure of `user`, who could not join by `token`.
    ///
    /// An unknown group is reported as an unusable token, because the caller named only the token.
    pub fn of_joining(stop: Stop, user: &UserId, token: &Result<TokenSubject, NotOpened>) -> Self {
        match (stop, token) {
            (Stop::Refused(Refusal::Conflict(Conflict::AlreadyMember)), Ok(subject)) => {
                Self::already_member(user, &subject.group)
            }
            // The original distinguished a token that it had not signed from an unknown one.
            (
                Stop::Refused(Refusal::NotFound(NotFound::Invite | NotFound::Token(_))),
                Err(NotOpened::Forged),
            ) => Self::bad_request(BAD_TYPE),
            (Stop::Refused(Refusal::NotFound(NotFound::Group)), _) => Self::bad_token(),
            (stop, _) => stop.into(),
        }
    }
}

impl http::Ending for Failure {
    fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }
}

impl http::Failure for Failure {
    fn response(&self, _: &str) -> Response<Body> {
        http::json(self.status, &FailureBody { error: &self.sentence })
    }

    fn retry_after(&self) -> Option<i64> {
        self.retry_after
    }

    fn challenge(&self) -> Option<&str> {
        (self.status == StatusCode::UNAUTHORIZED).then_some("Bearer realm=\"beckon\"")
    }
}

impl From<Unauthenticated> for Failure {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing => Self::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED),
            Unauthenticated::Expired | Unauthenticated::Invalid(_) => {
                Self::new(StatusCode::UNAUTHORIZED, BAD_CREDENTIALS)
            }
            Unauthenticated::IssuerUnavailable(_) => Self::later(
                StatusCode::SERVICE_UNAVAILABLE,
                "Authorization tokens can't be checked right now; try again",
                5,
            ),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(_)
            | RequestError::InvalidBody(_)
            | RequestError::InvalidQuery(..)
            | RequestError::HiddenInQuery(..) => Self::bad_request(NOT_UNDERSTOOD),
            RequestError::UnsupportedMediaType(_) => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Provided data must be of type application/json",
            ),
            RequestError::BodyTooLarge(limit) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("Provided data may have at most {limit} bytes"),
            ),
            RequestError::UnknownPath(_) => Self::new(StatusCode::NOT_FOUND, NOT_FOUND),
            RequestError::HiddenInPath(_, character) => Self::new(
                StatusCode::NOT_FOUND,
                format!("{NOT_FOUND} {}", Invalid::hidden(character).sentence()),
            ),
            RequestError::MethodNotAllowed => {
                Self::new(StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED)
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(Denied::InsufficientScope(_))
            | Refusal::Denied(Denied::Forbidden(_))
            | Refusal::Denied(Denied::RoleAboveOwn)
            | Refusal::Denied(Denied::DomainNotAllowed)
            | Refusal::Denied(Denied::InvitesRefused)
            | Refusal::Conflict(Conflict::LastOwner) => Self::new(StatusCode::FORBIDDEN, FORBIDDEN),
            Refusal::Conflict(Conflict::SeatsFull) => {
                Self::new(StatusCode::FORBIDDEN, "The group has as many members as it may have.")
            }
            // Outsiders must not learn which groups exist.
            Refusal::NotFound(NotFound::Group)
            | Refusal::Denied(Denied::NotMember(_))
            | Refusal::NotFound(NotFound::User)
            | Refusal::NotFound(NotFound::Member) => Self::new(StatusCode::NOT_FOUND, NOT_FOUND),
            Refusal::NotFound(NotFound::Invite | NotFound::Token(_))
            | Refusal::Conflict(Conflict::NotReplaceable(_) | Conflict::InviteReplaced)
            | Refusal::Conflict(Conflict::NotPending(_))
            | Refusal::Denied(Denied::InviterGone) => Self::bad_token(),
            Refusal::Denied(Denied::IdentityMismatch)
            | Refusal::Denied(Denied::EmailNotVerified)
            | Refusal::Denied(Denied::CaveatNotMet) => Self::bad_request(BAD_TYPE),
            Refusal::Conflict(Conflict::AlreadyMember) | Refusal::Conflict(Conflict::Yourself) => {
                Self::bad_request("Bad value: user is already a member of group")
            }
            Refusal::Conflict(Conflict::AlreadyPending(_))
            | Refusal::Conflict(Conflict::GroupIdTaken)
            | Refusal::Conflict(Conflict::IdentityTaken)
            | Refusal::Conflict(
                Conflict::KeyReused | Conflict::KeyInProgress | Conflict::PreconditionFailed,
            )
            | Refusal::Invalid(..)
            | Refusal::InvalidCursor => Self::bad_request(NOT_UNDERSTOOD),
            Refusal::Limited(limit @ Limited::Pending) => Self::later(
                StatusCode::TOO_MANY_REQUESTS,
                "The group has reached its limit of pending invites",
                limit.retry_after(),
            ),
            Refusal::Limited(
                limit @ (Limited::Rate(_) | Limited::ResendTooSoon(_) | Limited::Resends),
            ) => Self::later(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests; try again later",
                limit.retry_after(),
            ),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let failure = match fault {
            Fault::Unavailable(_) => Self::later(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is temporarily unavailable; try again",
                1,
            ),
            Fault::Internal(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
            }
        };
        Self { fault: Some(fault), ..failure }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        stop.into_failure()
    }
}
