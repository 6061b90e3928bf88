//! The native API's errors: RFC 9457 `application/problem+json` with one code per reason.

use std::convert::Infallible;
use std::future::Future;

use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::code::Code;
use crate::auth::Unauthenticated;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;
use crate::engine::{Conflict, Denied, Fault, Limited, NotFound, Refusal, Stop};
use crate::http::{self, FieldCode, FieldError, RequestError};

/// The `Retry-After` of `pending_limit`, in seconds. One hour, because the real wait is unknown.
const PENDING_RETRY: i64 = 3600;

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The reason.
    pub code: Code,
    detail: String,
    errors: Vec<FieldError>,
    invite_id: Option<InviteId>,
    state: Option<State>,
    retry_after: Option<i64>,
    challenge: Option<String>,
    fault: Option<Box<Fault>>,
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    instance: String,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorBody<'a>>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    pointer: &'a str,
    code: &'a str,
    detail: &'a str,
}

impl Problem {
    /// Returns a problem with this code and a sentence for people.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            invite_id: None,
            state: None,
            retry_after: None,
            challenge: None,
            fault: None,
        }
    }

    /// Returns the code as clients read it.
    fn word(&self) -> String {
        serde_json::to_value(self.code)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

impl http::Ending for Problem {
    fn fault(&self) -> Option<&Fault> {
        self.fault.as_deref()
    }
}

impl http::Failure for Problem {
    fn response(&self, request_id: &str) -> Response<Body> {
        let status = self.code.status();
        let errors = self.errors.iter().map(|error| ErrorBody {
            pointer: &error.pointer,
            code: error.code.as_str(),
            detail: &error.detail,
        });
        let body = ProblemBody {
            kind: format!("urn:beckon:problem:{}", self.word().replace('_', "-")),
            title: self.code.title(),
            status: status.as_u16(),
            detail: &self.detail,
            instance: format!("urn:beckon:request:{request_id}"),
            code: self.code,
            invite_id: self.invite_id.map(|id| id.to_string()),
            state: self.state,
            errors: errors.collect(),
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        http::respond(status, "application/problem+json", Body::Text(body))
    }

    fn retry_after(&self) -> Option<i64> {
        self.retry_after
    }

    fn challenge(&self) -> Option<&str> {
        self.challenge.as_deref()
    }
}

/// Returns the response to `request`: that of the endpoint, or its problem.
///
/// # Errors
/// None: every problem is an answer.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Problem>>,
) -> Result<Response<Body>, Infallible> {
    Ok(http::reply(request, answer).await)
}

impl From<Unauthenticated> for Problem {
    /// Adds a challenge by RFC 6750 §3: `invalid_token` for a rejected token, and no error code for
    /// a missing one.
    fn from(error: Unauthenticated) -> Self {
        let challenge = |error: &str| Some(format!("Bearer realm=\"beckon\"{error}"));
        match error {
            Unauthenticated::Missing => Self {
                challenge: challenge(""),
                ..Self::new(
                    Code::Unauthenticated,
                    "Send an access token in the Authorization header, as 'Bearer <token>'.",
                )
            },
            Unauthenticated::Expired => Self {
                challenge: challenge(
                    ", error=\"invalid_token\", error_description=\"The access token expired\"",
                ),
                ..Self::new(Code::TokenExpired, "Sign in again to get a new access token.")
            },
            Unauthenticated::Invalid => Self {
                challenge: challenge(
                    ", error=\"invalid_token\", error_description=\"The access token is not valid\"",
                ),
                ..Self::new(
                    Code::Unauthenticated,
                    "The access token is not one of this service's issuer and audience, or not well formed.",
                )
            },
            Unauthenticated::IssuerUnavailable => Self {
                retry_after: Some(5),
                ..Self::new(
                    Code::TemporarilyUnavailable,
                    "The issuer's keys can't be fetched right now; try again.",
                )
            },
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(detail) => {
                Self::new(Code::MalformedBody, format!("Send one JSON value in UTF-8: {detail}."))
            }
            RequestError::InvalidBody(errors) => Self {
                errors,
                ..Self::new(Code::InvalidBody, "See 'errors' for the fields that are not right.")
            },
            RequestError::UnsupportedMediaType => {
                Self::new(Code::UnsupportedMediaType, "Send 'Content-Type: application/json'.")
            }
            RequestError::BodyTooLarge(limit) => {
                Self::new(Code::BodyTooLarge, format!("A body may have {limit} bytes here."))
            }
            RequestError::UnknownPath(what) => {
                Refusal::NotFound(what.unwrap_or(NotFound::Invite)).into()
            }
            RequestError::InvalidQuery(parameter, detail) => Self {
                errors: vec![FieldError {
                    pointer: format!("?{parameter}"),
                    code: FieldCode::InvalidParameter,
                    detail: detail.into(),
                }],
                ..Self::new(Code::InvalidQuery, detail)
            },
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let new = Self::new;
        match refusal {
            Refusal::Denied(Denied::InsufficientScope(scope)) => Self {
                challenge: Some(format!(
                    "Bearer realm=\"beckon\", error=\"insufficient_scope\", scope=\"{}\"",
                    scope.as_str()
                )),
                ..Self::new(
                    Code::InsufficientScope,
                    format!("This needs an access token with the scope {}.", scope.as_str()),
                )
            },
            Refusal::Denied(Denied::Forbidden(rule)) => new(Code::Forbidden, rule.sentence()),
            Refusal::Denied(Denied::RoleAboveOwn) => new(
                Code::RoleAboveOwn,
                "Nobody grants, changes or removes a role above their own; 'owner' is for owners.",
            ),
            Refusal::Denied(Denied::IdentityMismatch) => new(
                Code::IdentityMismatch,
                "Sign in with the account that the invite is addressed to.",
            ),
            Refusal::Denied(Denied::CaveatNotMet) => new(
                Code::IdentityMismatch,
                "The token was narrowed to somebody else, or in a way that is not known here.",
            ),
            Refusal::Denied(Denied::EmailNotVerified) => new(
                Code::EmailNotVerified,
                "Verify your e-mail address with your login, then try again.",
            ),
            Refusal::Denied(Denied::DomainNotAllowed) => {
                new(Code::DomainNotAllowed, "Addresses of this mail domain can't be used here.")
            }
            Refusal::Denied(Denied::InvitesRefused) => {
                new(Code::InvitesRefused, "This person takes no invites.")
            }
            Refusal::NotFound(NotFound::Group) | Refusal::Denied(Denied::NotMember(_)) => {
                new(Code::GroupNotFound, "There is no such group, or you are not a member of it.")
            }
            Refusal::NotFound(NotFound::User) => new(
                Code::UserNotFound,
                "The directory has no such user; invite by e-mail address instead.",
            ),
            Refusal::NotFound(NotFound::Member) => {
                new(Code::MemberNotFound, "The group has no such member.")
            }
            Refusal::NotFound(NotFound::Invite) => new(
                Code::InviteNotFound,
                "There is no such invite. Links must be used whole, as they were sent.",
            ),
            Refusal::Conflict(Conflict::AlreadyMember) | Refusal::Conflict(Conflict::Yourself) => {
                new(Code::AlreadyMember, "This person is a member of the group already.")
            }
            Refusal::Conflict(Conflict::AlreadyPending(id)) => Self {
                invite_id: Some(id),
                ..new(
                    Code::InviteAlreadyPending,
                    "A live invite for the same person exists; see invite_id.",
                )
            },
            Refusal::Conflict(Conflict::NotPending(state)) => not_pending(state),
            Refusal::Conflict(Conflict::InviteReplaced) => new(
                Code::InviteRevoked,
                "A newer invite has replaced this one; use the link in the newest mail.",
            ),
            Refusal::Denied(Denied::InviterGone) => new(
                Code::InviterGone,
                "Who sent this invite may no longer invite; ask another member for a new one.",
            ),
            Refusal::Conflict(Conflict::SeatsFull) => {
                new(Code::SeatsFull, "The group has as many members as it may have.")
            }
            Refusal::Conflict(Conflict::LastOwner) => {
                new(Code::LastOwner, "Make somebody else an owner first.")
            }
            Refusal::Conflict(Conflict::GroupIdTaken) => {
                new(Code::GroupIdTaken, "A group has, or had, this id; choose another.")
            }
            Refusal::Conflict(Conflict::IdentityTaken) => new(
                Code::IdentityTaken,
                "An address, number or account in it belongs to another user.",
            ),
            Refusal::Conflict(Conflict::PreconditionFailed) => {
                new(Code::PreconditionFailed, "Read it again, and send its new ETag with If-Match.")
            }
            Refusal::Invalid(pointer, invalid) => Self {
                errors: vec![FieldError {
                    pointer: pointer.into(),
                    code: FieldCode::Rule(invalid.code.into()),
                    detail: invalid.detail.into(),
                }],
                ..new(Code::InvalidBody, "See 'errors' for the fields that are not right.")
            },
            Refusal::InvalidCursor => new(
                Code::InvalidCursor,
                "Use next_cursor of the same list with the same filters, or start without a cursor.",
            ),
            Refusal::Limited(Limited::Pending) => Self {
                retry_after: Some(PENDING_RETRY),
                ..new(
                    Code::PendingLimit,
                    "The group has as many pending invites as its policy allows; revoke some, or wait until some are taken up.",
                )
            },
            Refusal::Limited(Limited::Rate(seconds)) => Self {
                retry_after: Some(seconds),
                ..new(Code::RateLimited, "Try again later; see Retry-After.")
            },
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let problem = match fault {
            Fault::Unavailable(_) => Self {
                retry_after: Some(1),
                ..Self::new(
                    Code::TemporarilyUnavailable,
                    "Nothing was changed, as far as we know; try again.",
                )
            },
            Fault::Internal(_) => Self::new(
                Code::Internal,
                "It is not your doing. If it stays, tell the operator the request's id in 'instance'.",
            ),
        };
        Self { fault: Some(Box::new(fault)), ..problem }
    }
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        stop.into_failure()
    }
}

fn not_pending(state: State) -> Problem {
    let problem = match state {
        State::Expired => Problem::new(Code::InviteExpired, "Ask for a new invite."),
        State::Revoked => Problem::new(
            Code::InviteRevoked,
            "Ask for a new invite if you think that this is a mistake.",
        ),
        State::Exhausted => Problem::new(
            Code::InviteUsedUp,
            "As many people have joined by this link as it was for.",
        ),
        State::Accepted => Problem::new(Code::InviteNotPending, "The invite was accepted already."),
        State::Declined => Problem::new(Code::InviteNotPending, "The invite was declined."),
        State::Pending => Problem::new(
            Code::InviteNotPending,
            "The invite changed at the same moment; try again.",
        ),
    };
    Problem { state: Some(state), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients rely on these codes, so a change of the snapshot is a change of the API.
    #[test]
    fn every_code_has_its_status() {
        let list: Vec<String> = Code::ALL
            .iter()
            .map(|code| format!("{} {}", Problem::new(*code, "").word(), code.status().as_u16()))
            .collect();
        insta::assert_snapshot!(list.join("\n"));
    }
}
