//! Every error of the evanta API: Rails' statuses and bodies (docs/contracts/evanta.md#errors), and
//! those of ours that Evanta has no row for.

use std::collections::BTreeMap;
use std::convert::Infallible;

use lambda_http::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use crate::auth::Unauthenticated;
use crate::domain::group::GroupType;
use crate::engine::Refusal;
use crate::http;

/// When a group with too many pending invites is worth another try, in seconds: nobody knows, so an
/// hour.
const PENDING_RETRY: i64 = 3600;

/// When what can't be had right now is worth another try, in seconds.
const UNAVAILABLE_RETRY: i64 = 5;

/// What every response tells browsers (docs/contracts/evanta.md#cross-origin-requests).
const CROSS_ORIGIN: [(HeaderName, HeaderValue); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, DELETE, PATCH, OPTIONS"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "X-AUTH-TOKEN, X_API_TENANT, X_API_EMAIL, X-API-VERSION, X-Requested-With, Content-Type, Accept, Origin, Authorization, X-CSRF-Token",
        ),
    ),
];

/// One error, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// 401: nobody is signed in.
    AccessDenied,
    /// 400: the body's root key is missing, or nothing stands under it.
    ParameterMissing(&'static str),
    /// 404, empty: there is none, or none that the caller may know of.
    NotFound,
    /// 403, empty: the caller may not.
    Forbidden,
    /// 422: this attribute (or `base`, the whole) is not right, for this reason.
    Invalid(&'static str, &'static str),
    /// 413: the body is larger than the deployment reads.
    BodyTooLarge,
    /// 429: worth another try after so many seconds.
    RateLimited(i64),
    /// 503: worth another try soon.
    Unavailable,
    /// 500: a mistake of ours.
    Internal,
}

#[derive(Serialize)]
struct Errors {
    errors: [&'static str; 1],
}

#[derive(Serialize)]
struct BadRequest {
    status: &'static str,
    error: String,
}

impl Failure {
    /// An invite is there already, or a membership: what Rails says of a pair that must be unique.
    const TAKEN: Self = Self::Invalid("user_id", "has already been taken");

    /// The failure of a caller who asked to join: being a member already has other words there than
    /// when inviting one (docs/contracts/evanta.md#errors).
    pub fn of_joining(refusal: Refusal) -> Self {
        match refusal {
            Refusal::AlreadyMember => Self::TAKEN,
            other => other.into(),
        }
    }

    fn response(&self) -> Response<Body> {
        let errors = |status, error| http::json(status, &Errors { errors: [error] });
        match self {
            Self::AccessDenied => {
                let challenge =
                    HeaderValue::from_static("Bearer realm=\"beckon\", Token realm=\"beckon\"");
                with(
                    errors(StatusCode::UNAUTHORIZED, "access_denied"),
                    header::WWW_AUTHENTICATE,
                    Some(challenge),
                )
            }
            Self::ParameterMissing(root) => {
                let error = format!("param is missing or the value is empty: {root}");
                http::json(StatusCode::BAD_REQUEST, &BadRequest { status: "400", error })
            }
            Self::NotFound => empty(StatusCode::NOT_FOUND),
            Self::Forbidden => empty(StatusCode::FORBIDDEN),
            Self::Invalid(attribute, message) => http::json(
                StatusCode::UNPROCESSABLE_ENTITY,
                &BTreeMap::from([(attribute, [message])]),
            ),
            Self::BodyTooLarge => errors(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::RateLimited(seconds) => {
                retry_after(errors(StatusCode::TOO_MANY_REQUESTS, "rate_limited"), *seconds)
            }
            Self::Unavailable => retry_after(
                errors(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
                UNAVAILABLE_RETRY,
            ),
            Self::Internal => errors(StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        }
    }
}

/// An answer without a body, of which Rails still tells the type.
fn empty(status: StatusCode) -> Response<Body> {
    http::respond(status, "application/json", Body::Empty)
}

fn retry_after(response: Response<Body>, seconds: i64) -> Response<Body> {
    with(response, header::RETRY_AFTER, HeaderValue::from_str(&seconds.max(1).to_string()).ok())
}

fn with(
    mut response: Response<Body>,
    name: HeaderName,
    value: Option<HeaderValue>,
) -> Response<Body> {
    response.headers_mut().extend(value.map(|value| (name, value)));
    response
}

/// The answer to `request`: what the endpoint gave, or its failure; to a browser's preflight,
/// always the same (docs/contracts/evanta.md#cross-origin-requests).
///
/// # Errors
/// None: every failure is an answer.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    let mut response = if request.method() == Method::OPTIONS {
        http::respond(StatusCode::OK, "text/plain", Body::Empty)
    } else {
        http::deadline(answer).await.unwrap_or_else(|failure| failure.response())
    };
    response.headers_mut().extend(CROSS_ORIGIN);
    Ok(response)
}

impl From<Unauthenticated> for Failure {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid => {
                Self::AccessDenied
            }
            Unauthenticated::IssuerUnavailable => Self::Unavailable,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CaveatNotMet => Self::AccessDenied,
            Refusal::GroupNotFound
            | Refusal::UserNotFound
            | Refusal::MemberNotFound
            | Refusal::InviteNotFound
            // An Evanta invite is there or not there: what has come to its end is not.
            | Refusal::NotPending(_)
            | Refusal::InviteReplaced => Self::NotFound,
            Refusal::NotMember(GroupType::Secret) => Self::NotFound,
            Refusal::NotMember(GroupType::Open | GroupType::Private)
            | Refusal::InsufficientScope(_)
            | Refusal::Forbidden(_)
            | Refusal::RoleAboveOwn
            | Refusal::IdentityMismatch
            | Refusal::EmailNotVerified
            // As for a role that may not join groups: the invitee is the reason.
            | Refusal::DomainNotAllowed
            | Refusal::InvitesRefused
            | Refusal::InviterGone => Self::Forbidden,
            Refusal::AlreadyPending(_) => Self::TAKEN,
            Refusal::AlreadyMember | Refusal::Yourself => {
                Self::Invalid("group_member", "Cannot invite users that are current group members")
            }
            Refusal::SeatsFull => Self::Invalid("base", "The group has as many members as it may have"),
            Refusal::LastOwner => Self::Invalid("base", "The last owner can't go"),
            Refusal::GroupIdTaken => Self::Invalid("base", "The group id is taken"),
            Refusal::IdentityTaken => Self::Invalid("base", "It belongs to another user"),
            Refusal::PreconditionFailed => Self::Invalid("base", "It was changed meanwhile"),
            Refusal::InvalidCursor => Self::Invalid("base", "The cursor is not one of this list"),
            Refusal::Invalid(_, invalid) => Self::Invalid("base", invalid.detail),
            Refusal::PendingLimit => Self::RateLimited(PENDING_RETRY),
            Refusal::RateLimited(seconds) => Self::RateLimited(seconds),
            Refusal::Unavailable(error) => {
                tracing::warn!(%error, "Answered 503");
                Self::Unavailable
            }
            Refusal::Internal(error) => {
                tracing::error!(%error, "Answered 500");
                Self::Internal
            }
        }
    }
}
