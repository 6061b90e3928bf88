//! The native API's errors: RFC 9457 `application/problem+json` with one code per reason.

mod refused;

use std::convert::Infallible;
use std::future::Future;

use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::code::Code;
use crate::auth::Unauthenticated;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;
use crate::engine::{Fault, NotFound, Refusal, Stop};
use crate::http::{self, FieldCode, FieldError, RequestError};

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
            kind: format!("urn:beckon:problem:{}", self.code.word().replace('_', "-")),
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
/// Never: every failure becomes a response.
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
                    "The access token is malformed, or was not issued for this service.",
                )
            },
            Unauthenticated::IssuerUnavailable(_) => Self {
                retry_after: Some(5),
                ..Self::new(
                    Code::TemporarilyUnavailable,
                    "The token issuer's keys cannot be fetched right now. Try again.",
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
                ..Self::new(Code::InvalidBody, "See 'errors' for the fields that are not valid.")
            },
            RequestError::UnsupportedMediaType => {
                Self::new(Code::UnsupportedMediaType, "Send 'Content-Type: application/json'.")
            }
            RequestError::BodyTooLarge(limit) => {
                Self::new(Code::BodyTooLarge, format!("The body may have at most {limit} bytes."))
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

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let problem = match fault {
            Fault::Unavailable(_) => Self {
                retry_after: Some(1),
                ..Self::new(
                    Code::TemporarilyUnavailable,
                    "The request was probably not carried out. Try again.",
                )
            },
            Fault::Internal(_) => Self::new(
                Code::Internal,
                "This is a fault on our side. If it continues, give the operator the request id in 'instance'.",
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients rely on these codes, so a change of the snapshot is a change of the API.
    #[test]
    fn every_code_has_its_status() {
        let list: Vec<String> = Code::ALL
            .iter()
            .map(|code| format!("{} {}", code.word(), code.status().as_u16()))
            .collect();
        insta::assert_snapshot!(list.join("\n"));
    }
}
