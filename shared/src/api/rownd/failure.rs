//! The rownd API's errors: the published `Error` schema. A response always has all its fields,
//! because the public SDKs require different ones (docs/contracts/rownd.md#errors).

use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use crate::auth::Unauthenticated;
use crate::domain::Invalid;
use crate::domain::invite::State;
use crate::engine::{Conflict, Denied, Fault, Limited, NotFound, Refusal, Stop};
use crate::http::{self, FieldCode, FieldError, RequestError};

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// One sentence for each problem of the body; empty if the error is not about the body.
    fields: Vec<String>,
    retry_after: Option<i64>,
    challenge: Option<&'static str>,
    fault: Option<Box<Fault>>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    #[serde(rename = "statusCode")]
    status_code: u16,
    error: &'static str,
    code: &'static str,
    message: &'a str,
    messages: Vec<&'a str>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            fields: Vec::new(),
            retry_after: None,
            challenge: None,
            fault: None,
        }
    }

    /// Returns the error for invalid fields, from pairs of JSON Pointer and sentence.
    fn fields<'a>(errors: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let named =
            errors.into_iter().map(|(pointer, detail)| match pointer.trim_start_matches('/') {
                "" => detail.to_owned(),
                field => format!("{}: {detail}", field.replace('/', ".")),
            });
        Self {
            fields: named.collect(),
            ..Self::new(StatusCode::BAD_REQUEST, "E_INVALID_BODY", "The body is not valid.")
        }
    }

    fn retrying_after(self, seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl http::Ending for Failure {
    fn fault(&self) -> Option<&Fault> {
        self.fault.as_deref()
    }
}

impl http::Failure for Failure {
    fn response(&self, _: &str) -> Response<Body> {
        let messages: Vec<&str> = if self.fields.is_empty() {
            vec![self.message]
        } else {
            self.fields.iter().map(String::as_str).collect()
        };
        let body = FailureBody {
            status_code: self.status.as_u16(),
            error: self.status.canonical_reason().unwrap_or_default(),
            code: self.code,
            message: messages.first().copied().unwrap_or_default(),
            messages,
        };
        http::json(self.status, &body)
    }

    fn retry_after(&self) -> Option<i64> {
        self.retry_after
    }

    fn challenge(&self) -> Option<&str> {
        self.challenge
    }
}

/// Returns the response to `request`: that of the endpoint, or its failure.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    Ok(http::reply(request, answer).await)
}

impl From<Unauthenticated> for Failure {
    /// Adds a challenge by RFC 6750 §3: `invalid_token` for a rejected token, and no error code for
    /// a missing one.
    fn from(error: Unauthenticated) -> Self {
        let unauthorized = |code, challenge, message| Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::UNAUTHORIZED, code, message)
        };
        match error {
            Unauthenticated::Missing => unauthorized(
                "E_UNAUTHENTICATED",
                "Bearer realm=\"beckon\"",
                "Send an access token in the Authorization header, as 'Bearer <token>'.",
            ),
            Unauthenticated::Expired => unauthorized(
                "E_TOKEN_EXPIRED",
                "Bearer realm=\"beckon\", error=\"invalid_token\", error_description=\"The access token expired\"",
                "Sign in again to get a new access token.",
            ),
            Unauthenticated::Invalid(_) => unauthorized(
                "E_UNAUTHENTICATED",
                "Bearer realm=\"beckon\", error=\"invalid_token\", error_description=\"The access token is not valid\"",
                "The access token is malformed, or was not issued for this service.",
            ),
            Unauthenticated::IssuerUnavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "E_TEMPORARILY_UNAVAILABLE",
                "The token issuer's keys cannot be fetched right now. Try again.",
            )
            .retrying_after(5),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(problem) => Self {
                fields: vec![format!("Send one JSON object in UTF-8: {problem}.")],
                ..Self::new(
                    StatusCode::BAD_REQUEST,
                    "E_MALFORMED_BODY",
                    "Send one JSON object in UTF-8.",
                )
            },
            RequestError::InvalidBody(errors)
                if errors.iter().any(|error| {
                    error.pointer.is_empty() && error.code == FieldCode::WrongType
                }) =>
            {
                Self::new(StatusCode::BAD_REQUEST, "E_INVALID_BODY", "Send one JSON object.")
            }
            RequestError::InvalidBody(errors) => Self::fields(
                errors
                    .iter()
                    .map(|FieldError { pointer, detail, .. }| (pointer.as_str(), detail.as_str())),
            ),
            RequestError::UnsupportedMediaType(_) => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "E_UNSUPPORTED_MEDIA_TYPE",
                "Send 'Content-Type: application/json', in UTF-8.",
            ),
            RequestError::BodyTooLarge(_) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "E_BODY_TOO_LARGE",
                "The body is too large.",
            ),
            RequestError::UnknownPath(Some(what)) => Refusal::NotFound(what).into(),
            RequestError::UnknownPath(None) => {
                Self::new(StatusCode::NOT_FOUND, "E_NOT_FOUND", "There is no such path.")
            }
            RequestError::HiddenInPath(what, character) => Self {
                fields: vec![Invalid::hidden(character).sentence().into_owned()],
                ..RequestError::UnknownPath(what).into()
            },
            RequestError::MethodNotAllowed => Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "E_METHOD_NOT_ALLOWED",
                "See 'Allow' for the methods of this path.",
            ),
            RequestError::InvalidQuery(parameter, detail) => {
                Self { code: "E_INVALID_QUERY", ..Self::fields([(parameter, detail)]) }
            }
            RequestError::HiddenInQuery(parameter, character) => {
                let detail = Invalid::hidden(character).sentence();
                Self { code: "E_INVALID_QUERY", ..Self::fields([(parameter, &*detail)]) }
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let forbidden = |code, message| Self::new(StatusCode::FORBIDDEN, code, message);
        let not_found = |code, message| Self::new(StatusCode::NOT_FOUND, code, message);
        let conflict = |code, message| Self::new(StatusCode::CONFLICT, code, message);
        let gone = |code, message| Self::new(StatusCode::GONE, code, message);
        match refusal {
            Refusal::Denied(Denied::InsufficientScope(_)) => forbidden("E_INSUFFICIENT_SCOPE", "The access token lacks a scope that this request needs."),
            Refusal::Denied(Denied::Forbidden(rule)) => forbidden("E_FORBIDDEN", rule.sentence()),
            Refusal::Denied(Denied::RoleAboveOwn) => forbidden("E_ROLE_ABOVE_OWN", "You cannot grant, change or remove a role above your own."),
            Refusal::Denied(Denied::IdentityMismatch) => forbidden("E_IDENTITY_MISMATCH", "Sign in with the account that the invite is addressed to."),
            Refusal::Denied(Denied::EmailNotVerified) => forbidden("E_EMAIL_NOT_VERIFIED", "Verify your e-mail address with your sign-in provider, then try again."),
            Refusal::Denied(Denied::DomainNotAllowed) => forbidden("E_DOMAIN_NOT_ALLOWED", "This group or link does not allow addresses of this mail domain."),
            Refusal::Denied(Denied::InvitesRefused) => forbidden("E_INVITES_REFUSED", "This person does not accept invites."),
            Refusal::Denied(Denied::CaveatNotMet) => forbidden("E_FORBIDDEN", "You do not meet a restriction of the token, or this service does not know it."),
            // A caller who is not a member must not learn that the group exists.
            Refusal::NotFound(NotFound::Group) | Refusal::Denied(Denied::NotMember(_)) => {
                not_found("E_GROUP_NOT_FOUND", "There is no such group, or you are not a member of it.")
            }
            Refusal::NotFound(NotFound::User) => not_found("E_USER_NOT_FOUND", "There is no such user; invite by email or phone instead."),
            Refusal::NotFound(NotFound::Member) => not_found("E_MEMBER_NOT_FOUND", "The group has no such member."),
            Refusal::NotFound(NotFound::Invite | NotFound::Token(_)) => not_found("E_INVITE_NOT_FOUND", "There is no such invite."),
            Refusal::Conflict(Conflict::AlreadyMember) | Refusal::Conflict(Conflict::Yourself) => conflict("E_ALREADY_MEMBER", "This person is already a member of the group."),
            Refusal::Conflict(Conflict::AlreadyPending(_)) => {
                conflict("E_INVITE_ALREADY_PENDING", "This person already has a pending invite with different roles or a different redirect_url.")
            }
            Refusal::Conflict(Conflict::NotPending(state) | Conflict::NotReplaceable(state)) => {
                not_pending(state)
            }
            Refusal::Conflict(Conflict::InviteReplaced) => gone("E_INVITE_REVOKED", "A newer invite has replaced this one."),
            Refusal::Denied(Denied::InviterGone) => gone("E_INVITER_GONE", "The person who sent this invite can no longer invite. Ask another member for a new one."),
            Refusal::Conflict(Conflict::SeatsFull) => conflict("E_SEATS_FULL", "The group has reached its member limit."),
            Refusal::Conflict(Conflict::LastOwner) => conflict("E_LAST_OWNER", "A group needs at least one owner. Make another member an owner first."),
            Refusal::Conflict(Conflict::GroupIdTaken) => conflict("E_GROUP_ID_TAKEN", "This id belongs, or belonged, to another group."),
            Refusal::Conflict(Conflict::IdentityTaken) => conflict("E_IDENTITY_TAKEN", "An address or number in this record belongs to another user."),
            Refusal::Conflict(Conflict::KeyReused) => conflict("E_IDEMPOTENCY_KEY_REUSED", "This idempotency key belongs to another request."),
            Refusal::Conflict(Conflict::KeyInProgress) => conflict("E_IDEMPOTENCY_IN_PROGRESS", "The first request with this idempotency key is under way."),
            Refusal::Conflict(Conflict::PreconditionFailed) => {
                Self::new(StatusCode::PRECONDITION_FAILED, "E_PRECONDITION_FAILED", "The record has changed. Read it again.")
            }
            Refusal::Invalid(pointer, invalid) => Self::fields([(pointer, invalid.detail)]),
            Refusal::InvalidCursor => {
                Self { code: "E_INVALID_QUERY", ..Self::fields([("after", "Give the id of the last member on the previous page.")]) }
            }
            Refusal::Limited(limit @ Limited::Pending) => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "E_PENDING_LIMIT",
                "The group has reached its limit of pending invites. Cancel some, or wait until some are accepted.",
            )
            .retrying_after(limit.retry_after()),
            Refusal::Limited(limit @ (Limited::Rate(_) | Limited::ResendTooSoon(_) | Limited::Resends)) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "E_RATE_LIMITED", "Try again later; see Retry-After.").retrying_after(limit.retry_after())
            }
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let failure = match fault {
            Fault::Unavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "E_TEMPORARILY_UNAVAILABLE",
                "The request was probably not carried out. Try again.",
            )
            .retrying_after(1),
            Fault::Internal(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "E_INTERNAL",
                "Something went wrong on our side.",
            ),
        };
        Self { fault: Some(Box::new(fault)), ..failure }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        stop.into_failure()
    }
}

/// Returns the failure for an invite in this state, with the same status as the native API: 409 for
/// an accepted or declined invite, 410 for an expired, revoked or used-up one.
fn not_pending(state: State) -> Failure {
    match state {
        State::Expired => Failure::new(
            StatusCode::GONE,
            "E_INVITE_EXPIRED",
            "The invite has expired; ask for a new one.",
        ),
        State::Revoked => {
            Failure::new(StatusCode::GONE, "E_INVITE_REVOKED", "The invite was cancelled.")
        }
        State::Exhausted => {
            Failure::new(StatusCode::GONE, "E_INVITE_USED_UP", "This link has no uses left.")
        }
        State::Accepted => Failure::new(
            StatusCode::CONFLICT,
            "E_INVITE_NOT_PENDING",
            "The invite was already accepted.",
        ),
        State::Declined => {
            Failure::new(StatusCode::CONFLICT, "E_INVITE_NOT_PENDING", "The invite was declined.")
        }
        State::Pending => Failure::new(
            StatusCode::CONFLICT,
            "E_INVITE_NOT_PENDING",
            "Another request changed the invite at the same time. Try again.",
        ),
    }
}
