//! The native API's errors: RFC 9457 `application/problem+json` with one code per reason.

mod refused;

use std::convert::Infallible;
use std::future::Future;

use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::code::Code;
use crate::auth::Unauthenticated;
use crate::domain::Invalid;
use crate::domain::ids::InviteId;
use crate::domain::invite::State;
use crate::engine::{Fault, Refusal, Stop};
use crate::http::{self, FieldCode, FieldError, RequestError};

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The reason.
    pub code: Code,
    detail: Box<str>,
    errors: Vec<FieldError>,
    invite_id: Option<InviteId>,
    state: Option<State>,
    redirect_url: Option<Box<str>>,
    retry_after: Option<i64>,
    challenge: Option<Box<str>>,
    fault: Option<Box<Fault>>,
}

/// An error, by RFC 9457.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct ProblemBody<'a> {
    /// The path of the page that explains the code.
    #[serde(rename = "type")]
    kind: String,
    /// The reason in a few words, the same for every problem with this code.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A sentence for people. It may change.
    detail: &'a str,
    /// The request's id, for the operator.
    instance: String,
    /// The reason, for programs. It is stable.
    code: Code,
    /// The pending invite of the same person, with `invite_already_pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    invite_id: Option<String>,
    /// The invite's state, where it forbids the act.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    state: Option<State>,
    /// The address to which the person goes next, with `already_member`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    redirect_url: Option<&'a str>,
    /// The faults of single fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorBody<'a>>,
}

/// A fault of one field.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = FieldErrorBody))]
struct ErrorBody<'a> {
    /// The field as a JSON Pointer (RFC 6901), or `?name` for a query parameter.
    pointer: &'a str,
    /// The fault, for programs. It is stable.
    code: &'a str,
    /// A sentence for people. It may change.
    detail: &'a str,
}

impl Problem {
    /// Returns a problem with this code and a sentence for people.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into().into_boxed_str(),
            errors: Vec::new(),
            invite_id: None,
            state: None,
            redirect_url: None,
            retry_after: None,
            challenge: None,
            fault: None,
        }
    }

    /// Returns the problem with the address to which the person goes next.
    #[must_use]
    pub fn leading_to(self, redirect_url: Option<String>) -> Self {
        Self { redirect_url: redirect_url.map(String::into_boxed_str), ..self }
    }
}

impl http::Ending for Problem {
    fn fault(&self) -> Option<&Fault> {
        self.fault.as_deref()
    }
}

impl http::Failure for Problem {
    fn response(&self, request_id: &str) -> Response<Body> {
        let body = serde_json::to_string(&self.body(request_id)).unwrap_or_default();
        http::respond(self.code.status(), "application/problem+json", Body::Text(body))
    }

    fn retry_after(&self) -> Option<i64> {
        self.retry_after
    }

    fn challenge(&self) -> Option<&str> {
        self.challenge.as_deref()
    }
}

impl Problem {
    /// Returns the body of the answer to the request with this id.
    pub(super) fn body(&self, request_id: &str) -> ProblemBody<'_> {
        let errors = self.errors.iter().map(|error| ErrorBody {
            pointer: &error.pointer,
            code: error.code.as_str(),
            detail: &error.detail,
        });
        ProblemBody {
            kind: format!("/docs/problems/{}", self.code.word()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: &self.detail,
            instance: format!("urn:beckon:request:{request_id}"),
            code: self.code,
            invite_id: self.invite_id.map(|id| id.to_string()),
            state: self.state,
            redirect_url: self.redirect_url.as_deref(),
            errors: errors.collect(),
        }
    }

    /// Returns the problem with the pointers of its errors below `pointer`.
    #[must_use]
    pub(super) fn below(mut self, pointer: &str) -> Self {
        for error in &mut self.errors {
            error.pointer = format!("{pointer}{}", error.pointer);
        }
        self
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
        let challenge = |error: &str| Some(format!("Bearer realm=\"beckon\"{error}").into());
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
            Unauthenticated::Invalid(_) => Self {
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
            RequestError::UnsupportedMediaType(accepted) => Self::new(
                Code::UnsupportedMediaType,
                format!("Send the body as {accepted}, in UTF-8."),
            ),
            RequestError::BodyTooLarge(limit) => {
                Self::new(Code::BodyTooLarge, format!("The body may have at most {limit} bytes."))
            }
            RequestError::UnknownPath(Some(what)) => Refusal::NotFound(what).into(),
            RequestError::UnknownPath(None) => {
                Self::new(Code::NotFound, "This API has no such path. Check its spelling.")
            }
            RequestError::HiddenInPath(what, character) => Self {
                detail: Invalid::hidden(character).sentence().into(),
                ..RequestError::UnknownPath(what).into()
            },
            RequestError::MethodNotAllowed => {
                Self::new(Code::MethodNotAllowed, "See 'Allow' for the methods of this path.")
            }
            RequestError::InvalidQuery(parameter, detail) => Self {
                errors: vec![FieldError {
                    pointer: format!("?{parameter}"),
                    code: FieldCode::InvalidParameter,
                    detail: detail.into(),
                }],
                ..Self::new(Code::InvalidQuery, detail)
            },
            RequestError::HiddenInQuery(parameter, character) => {
                let invalid = Invalid::hidden(character);
                let detail = invalid.sentence();
                let pointer = format!("?{parameter}");
                let code = FieldCode::Rule(invalid.code.into());
                Self {
                    errors: vec![FieldError { pointer, code, detail: detail.clone().into_owned() }],
                    ..Self::new(Code::InvalidQuery, detail)
                }
            }
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
