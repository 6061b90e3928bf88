//! The evanta API's errors: the statuses and bodies of Rails, and some of Beckon's own
//! (docs/contracts/evanta.md#errors).

use std::collections::BTreeMap;
use std::convert::Infallible;

use lambda_http::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use crate::auth::Unauthenticated;
use crate::domain::group::GroupType;
use crate::domain::invisible::describe;
use crate::engine::{Conflict, Denied, Fault, NotFound, Refusal, Stop};
use crate::http;

/// The `Retry-After` of 503, in seconds.
const UNAVAILABLE_RETRY: i64 = 5;

/// The CORS headers of every response (docs/contracts/evanta.md#cross-origin-requests).
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

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// 401: the credentials are missing or not valid.
    AccessDenied,
    /// 400: the body has no such root key, or nothing under it.
    ParameterMissing(&'static str),
    /// 404, empty: there is no such thing, or the caller may not know of it.
    NotFound,
    /// 405, empty: the path does not take this method.
    MethodNotAllowed,
    /// 403, empty: the caller is not allowed to do this.
    Forbidden,
    /// 422: an attribute, or `base` for the whole record, is invalid, with the reason.
    Invalid(&'static str, &'static str),
    /// 422: the attribute has this character inside, which nobody can see.
    HiddenCharacter(&'static str, char),
    /// 413: the body is larger than the deployment's limit.
    BodyTooLarge,
    /// 429: the caller can retry after this number of seconds.
    RateLimited(i64),
    /// 503: the issuer's keys can't be fetched.
    Unavailable,
    /// 503 or 500: the service failed.
    Fault(Fault),
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
    /// The invite or the membership exists already, in the words of Rails' uniqueness check.
    const TAKEN: Self = Self::Invalid("user_id", "has already been taken");

    /// Returns the failure of a request to join. For a member it differs from that of a request to
    /// invite a member (docs/contracts/evanta.md#errors).
    pub fn of_joining(stop: Stop) -> Self {
        match stop {
            Stop::Refused(Refusal::Conflict(Conflict::AlreadyMember)) => Self::TAKEN,
            other => other.into(),
        }
    }
}

impl http::Ending for Failure {
    fn fault(&self) -> Option<&Fault> {
        if let Self::Fault(fault) = self { Some(fault) } else { None }
    }
}

impl http::Failure for Failure {
    fn response(&self, _: &str) -> Response<Body> {
        let errors = |status, error| http::json(status, &Errors { errors: [error] });
        match self {
            Self::AccessDenied => errors(StatusCode::UNAUTHORIZED, "access_denied"),
            Self::ParameterMissing(root) => {
                let error = format!("param is missing or the value is empty: {root}");
                http::json(StatusCode::BAD_REQUEST, &BadRequest { status: "400", error })
            }
            Self::NotFound => empty(StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => empty(StatusCode::METHOD_NOT_ALLOWED),
            Self::Forbidden => empty(StatusCode::FORBIDDEN),
            Self::Invalid(attribute, message) => http::json(
                StatusCode::UNPROCESSABLE_ENTITY,
                &BTreeMap::from([(attribute, [message])]),
            ),
            Self::HiddenCharacter(attribute, character) => http::json(
                StatusCode::UNPROCESSABLE_ENTITY,
                &BTreeMap::from([(attribute, [format!("contains {}", describe(*character))])]),
            ),
            Self::BodyTooLarge => errors(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::RateLimited(_) => errors(StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::Unavailable | Self::Fault(Fault::Unavailable(_)) => {
                errors(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
            }
            Self::Fault(Fault::Internal(_)) => {
                errors(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
            }
        }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::RateLimited(seconds) => Some(*seconds),
            Self::Unavailable | Self::Fault(Fault::Unavailable(_)) => Some(UNAVAILABLE_RETRY),
            _ => None,
        }
    }

    fn challenge(&self) -> Option<&str> {
        matches!(self, Self::AccessDenied)
            .then_some("Bearer realm=\"beckon\", Token realm=\"beckon\"")
    }
}

/// Returns a response without a body, but with a content type, like Rails.
fn empty(status: StatusCode) -> Response<Body> {
    http::respond(status, "application/json", Body::Empty)
}

/// Returns the response to `request`: that of the endpoint, or its failure. A browser's preflight
/// always gets 200 (docs/contracts/evanta.md#cross-origin-requests).
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    let mut response = if request.method() == Method::OPTIONS {
        http::respond(StatusCode::OK, "text/plain", Body::Empty)
    } else {
        http::reply(request, answer).await
    };
    response.headers_mut().extend(CROSS_ORIGIN);
    Ok(response)
}

impl From<Unauthenticated> for Failure {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid(_) => {
                Self::AccessDenied
            }
            Unauthenticated::IssuerUnavailable(_) => Self::Unavailable,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(Denied::CaveatNotMet) => Self::AccessDenied,
            Refusal::NotFound(NotFound::Group)
            | Refusal::NotFound(NotFound::User)
            | Refusal::NotFound(NotFound::Member)
            | Refusal::NotFound(NotFound::Invite | NotFound::Token(_))
            // Evanta's invites have no state, so one that is no longer pending does not exist.
            | Refusal::Conflict(Conflict::NotPending(_))
            | Refusal::Conflict(Conflict::NotReplaceable(_) | Conflict::InviteReplaced) => Self::NotFound,
            Refusal::Denied(Denied::NotMember(GroupType::Secret)) => Self::NotFound,
            Refusal::Denied(Denied::NotMember(GroupType::Open | GroupType::Private))
            | Refusal::Denied(Denied::InsufficientScope(_))
            | Refusal::Denied(Denied::Forbidden(_))
            | Refusal::Denied(Denied::RoleAboveOwn)
            | Refusal::Denied(Denied::IdentityMismatch)
            | Refusal::Denied(Denied::EmailNotVerified)
            // Evanta also answers 403 if the invitee's role may not join groups.
            | Refusal::Denied(Denied::DomainNotAllowed)
            | Refusal::Denied(Denied::InvitesRefused)
            | Refusal::Denied(Denied::InviterGone) => Self::Forbidden,
            Refusal::Conflict(Conflict::AlreadyPending(_)) => Self::TAKEN,
            Refusal::Conflict(Conflict::AlreadyMember) | Refusal::Conflict(Conflict::Yourself) => {
                Self::Invalid("group_member", "Cannot invite users that are current group members")
            }
            Refusal::Conflict(Conflict::SeatsFull) => Self::Invalid("base", "The group has as many members as it may have"),
            Refusal::Conflict(Conflict::LastOwner) => Self::Invalid("base", "The group needs an owner"),
            Refusal::Conflict(Conflict::GroupIdTaken) => Self::Invalid("base", "The group id is taken"),
            Refusal::Conflict(Conflict::IdentityTaken) => Self::Invalid("base", "The identity belongs to another user"),
            Refusal::Conflict(Conflict::KeyReused | Conflict::KeyInProgress) => Self::Invalid("base", "The idempotency key is in use"),
            Refusal::Conflict(Conflict::PreconditionFailed) => Self::Invalid("base", "The record has changed"),
            Refusal::InvalidCursor => Self::Invalid("base", "The cursor is not one of this list"),
            Refusal::Invalid(_, invalid) => Self::Invalid("base", invalid.detail),
            Refusal::Limited(limit) => Self::RateLimited(limit.retry_after()),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        stop.into_failure()
    }
}
