//! Every error of the onezone API: a status and `{"error": "<sentence>"}`
//! (docs/contracts/onezone.md#errors).

use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::auth::Unauthenticated;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::macaroon::NotOpened;
use crate::domain::token::TokenSubject;
use crate::engine::Refusal;
use crate::http::{self, RequestError};

/// The sentences of the server that its clients may look for; the last three are those of its later
/// versions.
const NOT_UNDERSTOOD: &str = "Provided data could not be understood by the server";
const NO_TOKEN: &str = "Missing required value: token";
const BAD_TOKEN: &str = "Bad value: provided \"token\" is not a valid token";
const BAD_TYPE: &str = "Bad value: provided \"token\" is of invalid type";
const BAD_BASIC: &str = "Provided basic authorization credentials are not valid";
const BAD_CREDENTIALS: &str = "Provided authorization token is not valid";
const UNAUTHORIZED: &str = "You must authenticate yourself to perform this operation.";
const FORBIDDEN: &str = "You are not authorized to perform this operation.";
const NOT_FOUND: &str = "The resource could not be found.";

/// When a group with too many pending invites is worth another try, in seconds: nobody knows, so an
/// hour.
const PENDING_RETRY: i64 = 3600;

/// One error, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status.
    pub status: StatusCode,
    sentence: String,
    retry_after: Option<i64>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    error: &'a str,
}

/// The answer: what the endpoint gave, or its failure, and in time.
///
/// # Errors
/// None: every failure is an answer.
pub async fn respond(
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    Ok(http::deadline(answer).await.unwrap_or_else(|failure| failure.response()))
}

impl Failure {
    fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into(), retry_after: None }
    }

    fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    fn later(status: StatusCode, sentence: &str, seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(status, sentence) }
    }

    /// The client takes no JSON.
    pub fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "Answers are of type application/json")
    }

    /// The body to join with has no token.
    pub fn missing_token() -> Self {
        Self::bad_request(NO_TOKEN)
    }

    /// What stands as the token is none.
    pub fn bad_token() -> Self {
        Self::bad_request(BAD_TOKEN)
    }

    /// The user is in the group already, by this token or by any other way. The token is not spent.
    pub fn already_member(user: &UserId, group: &GroupId) -> Self {
        Self::bad_request(format!("Bad value: user:{user} is already a member of group:{group}"))
    }

    /// Why basic credentials prove nobody.
    pub fn of_basic(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Expired | Unauthenticated::Invalid => {
                Self::new(StatusCode::UNAUTHORIZED, BAD_BASIC)
            }
            Unauthenticated::Missing | Unauthenticated::IssuerUnavailable => error.into(),
        }
    }

    /// Why this user could not join by the token, which reads so. For who holds a token everything
    /// that is gone, the group too, is the token's end.
    pub fn of_joining(
        refusal: Refusal,
        user: &UserId,
        token: &Result<TokenSubject, NotOpened>,
    ) -> Self {
        match (refusal, token) {
            (Refusal::AlreadyMember, Ok(subject)) => Self::already_member(user, &subject.group),
            // The server told a token that it never signed from one that it knew nothing of.
            (Refusal::InviteNotFound, Err(NotOpened::Forged)) => Self::bad_request(BAD_TYPE),
            (Refusal::GroupNotFound, _) => Self::bad_token(),
            (refusal, _) => refusal.into(),
        }
    }

    fn response(&self) -> Response<Body> {
        let mut response = http::json(self.status, &FailureBody { error: &self.sentence });
        let headers = response.headers_mut();
        let retry = self
            .retry_after
            .and_then(|seconds| HeaderValue::from_str(&seconds.max(1).to_string()).ok());
        headers.extend(retry.map(|value| (header::RETRY_AFTER, value)));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"beckon\""),
            );
        }
        response
    }
}

impl From<Unauthenticated> for Failure {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing => Self::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED),
            Unauthenticated::Expired | Unauthenticated::Invalid => {
                Self::new(StatusCode::UNAUTHORIZED, BAD_CREDENTIALS)
            }
            Unauthenticated::IssuerUnavailable => Self::later(
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
            | RequestError::InvalidQuery(..) => Self::bad_request(NOT_UNDERSTOOD),
            RequestError::UnsupportedMediaType => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Provided data must be of type application/json",
            ),
            RequestError::BodyTooLarge(limit) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("Provided data may have {limit} bytes here"),
            ),
            RequestError::UnknownPath(_) => Self::new(StatusCode::NOT_FOUND, NOT_FOUND),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InsufficientScope(_)
            | Refusal::Forbidden(_)
            | Refusal::RoleAboveOwn
            | Refusal::DomainNotAllowed
            | Refusal::InvitesRefused
            | Refusal::LastOwner => Self::new(StatusCode::FORBIDDEN, FORBIDDEN),
            Refusal::SeatsFull => {
                Self::new(StatusCode::FORBIDDEN, "The group has as many members as it may have.")
            }
            // Outsiders must not learn which groups there are.
            Refusal::GroupNotFound
            | Refusal::NotMember(_)
            | Refusal::UserNotFound
            | Refusal::MemberNotFound => Self::new(StatusCode::NOT_FOUND, NOT_FOUND),
            Refusal::InviteNotFound
            | Refusal::InviteReplaced
            | Refusal::NotPending(_)
            | Refusal::InviterGone => Self::bad_token(),
            Refusal::IdentityMismatch | Refusal::EmailNotVerified | Refusal::CaveatNotMet => {
                Self::bad_request(BAD_TYPE)
            }
            Refusal::AlreadyMember | Refusal::Yourself => {
                Self::bad_request("Bad value: user is already a member of group")
            }
            Refusal::AlreadyPending(_)
            | Refusal::GroupIdTaken
            | Refusal::IdentityTaken
            | Refusal::PreconditionFailed
            | Refusal::Invalid(..)
            | Refusal::InvalidCursor => Self::bad_request(NOT_UNDERSTOOD),
            Refusal::PendingLimit => Self::later(
                StatusCode::TOO_MANY_REQUESTS,
                "The group has as many pending invites as it may have",
                PENDING_RETRY,
            ),
            Refusal::RateLimited(seconds) => Self::later(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests; try again later",
                seconds,
            ),
            Refusal::Unavailable(error) => {
                tracing::warn!(%error, "Answered 503");
                Self::later(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The service is temporarily unavailable; try again",
                    1,
                )
            }
            Refusal::Internal(error) => {
                tracing::error!(%error, "Answered 500");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
            }
        }
    }
}
