//! Every error of the API: 403 and 500 with `error` and `traceback` as the wiki has them, the rest
//! as Tastypie answers (contract chembiohub 3.4).

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::answer::JSON;
use crate::auth::Unauthenticated;
use crate::domain::invite::State;
use crate::engine::{NO_INVITER, Refusal};
use crate::http::{self, FieldError, RequestError};

/// What Tastypie's answers without JSON are declared as.
const HTML: &str = "text/html; charset=utf-8";
/// What is asked of a caller who wants to invite somebody who knows of everything already
/// (Decisions).
const EXISTS: &str = "User already exists, do you wish to invite again?";
/// The server's own words (contract chembiohub 3.4, 3.2).
const NOT_EDITOR: &str = "Not authorized to invite to this project, you must have editor status";
const NOT_JSON: &str = "Request is not valid JSON.";
const NO_EMAIL: &str = "Email not valid";
/// When a project with too many pending invites is worth another try, in seconds: nobody knows, so
/// an hour.
const PENDING_RETRY: i64 = 3600;

/// One error, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// 401 with an empty body: nobody is signed in, or nobody may do this.
    Unauthorized,
    /// 404 with an empty body.
    NotFound,
    /// 405: these methods are there.
    MethodNotAllowed(&'static str),
    /// 409: nothing of it is new to the person, and no reminder was asked for.
    Exists,
    /// Everything with a text: its status, and when to come again.
    Error {
        /// The status.
        status: StatusCode,
        /// What to tell the caller.
        error: Cow<'static, str>,
        /// After how many seconds it is worth another try.
        retry_after: Option<i64>,
    },
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceback: Option<&'a str>,
}

impl Failure {
    /// 403: the request is wrong, or the caller may not do this.
    pub fn refused(error: impl Into<Cow<'static, str>>) -> Self {
        Self::error(StatusCode::FORBIDDEN, error, None)
    }

    fn error(
        status: StatusCode,
        error: impl Into<Cow<'static, str>>,
        retry_after: Option<i64>,
    ) -> Self {
        Self::Error { status, error: error.into(), retry_after }
    }

    fn response(&self, request_id: &str) -> Response<Body> {
        let json = |error, traceback| {
            Body::Text(serde_json::to_string(&ErrorBody { error, traceback }).unwrap_or_default())
        };
        match self {
            Self::Unauthorized => {
                // RFC 9110 §15.5.2 wants a challenge with every 401.
                with(
                    http::respond(StatusCode::UNAUTHORIZED, HTML, Body::Empty),
                    header::WWW_AUTHENTICATE,
                    "Bearer realm=\"beckon\"",
                )
            }
            Self::NotFound => http::respond(StatusCode::NOT_FOUND, HTML, Body::Empty),
            Self::MethodNotAllowed(allow) => with(
                http::respond(
                    StatusCode::METHOD_NOT_ALLOWED,
                    HTML,
                    Body::Text((*allow).to_owned()),
                ),
                header::ALLOW,
                allow,
            ),
            Self::Exists => {
                http::respond(StatusCode::CONFLICT, "application/json", json(EXISTS, None))
            }
            Self::Error { status, error, retry_after } => {
                // Nothing of ours is traced back: the request's id is what an operator finds the
                // logs by.
                let response = http::respond(*status, JSON, json(error, Some(request_id)));
                match retry_after {
                    Some(seconds) => {
                        with(response, header::RETRY_AFTER, &seconds.max(&1).to_string())
                    }
                    None => response,
                }
            }
        }
    }
}

fn with(mut response: Response<Body>, name: header::HeaderName, value: &str) -> Response<Body> {
    response.headers_mut().extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
    response
}

/// The answer to `request`: what the endpoint gave, or its failure.
///
/// # Errors
/// None: every failure is an answer.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    let request_id = http::request_id(request);
    Ok(http::deadline(answer).await.unwrap_or_else(|failure| failure.response(&request_id)))
}

impl From<Unauthenticated> for Failure {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid => {
                Self::Unauthorized
            }
            Unauthenticated::IssuerUnavailable => Self::error(
                StatusCode::SERVICE_UNAVAILABLE,
                "Nobody can be signed in right now; try again.",
                Some(5),
            ),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(_) => Self::refused(NOT_JSON),
            RequestError::InvalidBody(errors) => Self::refused(field(errors.into_iter().next())),
            RequestError::UnsupportedMediaType => Self::error(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send the request's body as application/json.",
                None,
            ),
            RequestError::BodyTooLarge(limit) => Self::error(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("A body may have {limit} bytes here."),
                None,
            ),
            RequestError::UnknownPath(_) => Self::NotFound,
            RequestError::InvalidQuery(parameter, detail) => {
                Self::refused(format!("{parameter}: {detail}"))
            }
        }
    }
}

/// What is wrong with a field; for the address in the server's own words.
fn field(error: Option<FieldError>) -> Cow<'static, str> {
    match error {
        Some(error) if error.pointer == "/email" && error.code != "duplicate_field" => {
            NO_EMAIL.into()
        }
        Some(FieldError { pointer, detail, .. }) if !pointer.is_empty() => {
            format!("{}: {detail}", pointer.trim_start_matches('/')).into()
        }
        _ => "Send one JSON object.".into(),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::GroupNotFound
            | Refusal::NotMember(_)
            | Refusal::Forbidden(NO_INVITER)
            | Refusal::RoleAboveOwn => Self::refused(NOT_EDITOR),
            Refusal::Forbidden(why) => Self::refused(why),
            Refusal::Yourself => Self::refused("You can't invite yourself."),
            Refusal::AlreadyMember | Refusal::AlreadyPending(_) => Self::Exists,
            Refusal::InviteNotFound => Self::NotFound,
            Refusal::InsufficientScope(_) | Refusal::CaveatNotMet => {
                Self::refused("This access token does not allow it.")
            }
            Refusal::IdentityMismatch => {
                Self::refused("The invitation is addressed to somebody else.")
            }
            Refusal::EmailNotVerified => {
                Self::refused("Verify your e-mail address with your login, then try again.")
            }
            Refusal::DomainNotAllowed => {
                Self::refused("Addresses of this mail domain can't be invited to this project.")
            }
            Refusal::InvitesRefused => Self::refused("This person takes no invitations."),
            Refusal::UserNotFound | Refusal::MemberNotFound => {
                Self::refused("There is no such user.")
            }
            Refusal::NotPending(state) => Self::refused(not_pending(state)),
            Refusal::InviteReplaced => Self::refused("A newer invitation has replaced this one."),
            Refusal::InviterGone => Self::refused("Who sent this invitation may no longer invite."),
            Refusal::SeatsFull => Self::refused("The project has as many members as it may have."),
            Refusal::LastOwner => Self::refused("The project would be left without an owner."),
            Refusal::GroupIdTaken => Self::refused("A project has, or had, this id."),
            Refusal::IdentityTaken => Self::refused("The address belongs to another user."),
            Refusal::PreconditionFailed => {
                Self::refused("It was changed meanwhile; read it again.")
            }
            Refusal::Invalid(pointer, invalid) => {
                Self::refused(format!("{}: {}", pointer.trim_start_matches('/'), invalid.detail))
            }
            Refusal::InvalidCursor => Self::refused("Start the list again."),
            Refusal::PendingLimit => Self::error(
                StatusCode::TOO_MANY_REQUESTS,
                "The project has as many pending invitations as its policy allows.",
                Some(PENDING_RETRY),
            ),
            Refusal::RateLimited(seconds) => Self::error(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many invitations, or a reminder so soon after another; try again later.",
                Some(seconds),
            ),
            Refusal::Unavailable(error) => {
                tracing::warn!(%error, "Answered 503");
                Self::error(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The service can't answer right now; try again.",
                    Some(1),
                )
            }
            Refusal::Internal(error) => {
                tracing::error!(%error, "Answered 500");
                Self::error(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "An internal server error occurred.",
                    None,
                )
            }
        }
    }
}

fn not_pending(state: State) -> &'static str {
    match state {
        State::Pending => "The invitation changed at the same moment; try again.",
        State::Accepted => "The invitation was accepted already.",
        State::Declined => "The invitation was declined.",
        State::Revoked => "The invitation was withdrawn.",
        State::Expired => "The invitation has expired.",
        State::Exhausted => "The invitation is used up.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(failure: impl Into<Failure>) -> String {
        let response = failure.into().response("r-1");
        let header =
            |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
        let body = match response.body() {
            Body::Text(text) => text.as_str(),
            _ => "",
        };
        let status = response.status().as_u16();
        format!(
            "{status} {} {}{}{} {body}",
            header("content-type"),
            header("allow"),
            header("retry-after"),
            header("www-authenticate")
        )
    }

    /// Every fault of a request and of a sign-in, as it is answered here; the engine's reasons are
    /// in tests/all/house/outcomes.rs.
    #[test]
    fn every_fault_of_a_request_has_its_answer() {
        let requests = [
            RequestError::MalformedBody("x"),
            RequestError::InvalidBody(vec![FieldError {
                pointer: "/email".into(),
                code: "required".into(),
                detail: "x".into(),
            }]),
            RequestError::InvalidBody(vec![FieldError {
                pointer: "/remind".into(),
                code: "wrong_type".into(),
                detail: "No.".into(),
            }]),
            RequestError::InvalidBody(vec![FieldError {
                pointer: String::new(),
                code: "wrong_type".into(),
                detail: "No.".into(),
            }]),
            RequestError::UnsupportedMediaType,
            RequestError::BodyTooLarge(9),
            RequestError::UnknownPath("namespace"),
            RequestError::InvalidQuery("limit", "No."),
        ];
        let callers = [
            Unauthenticated::Missing,
            Unauthenticated::Expired,
            Unauthenticated::Invalid,
            Unauthenticated::IssuerUnavailable,
        ];
        let mut lines: Vec<String> = Vec::new();
        lines.extend(requests.into_iter().map(|error| {
            let name = format!("{error:?}");
            format!("{name}: {}", shown(error))
        }));
        lines.extend(callers.into_iter().map(|error| {
            let name = format!("{error:?}");
            format!("{name}: {}", shown(error))
        }));
        lines.push(format!("405: {}", shown(Failure::MethodNotAllowed("GET,POST,PUT"))));
        insta::assert_snapshot!(lines.join("\n"));
    }
}
