//! The errors of the chembiohub API (docs/contracts/chembiohub.md#errors).
//!
//! 403 and 500 have `error` and `traceback`, as the original's wiki describes. The other errors are
//! those of Tastypie.

mod refused;

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use serde::Serialize;

use super::answer::JSON;
use crate::auth::Unauthenticated;
use crate::domain::Invalid;
use crate::engine::{Fault, Stop};
use crate::http::{self, FieldCode, FieldError, RequestError};

/// The media type of Tastypie's answers without JSON.
const HTML: &str = "text/html; charset=utf-8";
/// The question to a caller whose invitee would learn nothing new
/// (docs/contracts/chembiohub.md#mails-and-messages).
const EXISTS: &str = "User already exists, do you wish to invite again?";
/// The original's own sentences (docs/contracts/chembiohub.md#errors).
const NOT_EDITOR: &str = "Not authorized to invite to this project, you must have editor status";
const NOT_JSON: &str = "Request is not valid JSON.";
const NO_EMAIL: &str = "Email not valid";
/// The methods of most paths, as Tastypie lists them.
pub(super) const METHODS: &str = "GET,POST,PUT";
/// The field that [`NO_EMAIL`] is about.
const EMAIL: &str = "/email";

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// 401 with an empty body: the caller is not signed in, or nobody may do this.
    Unauthorized,
    /// 404 with an empty body.
    NotFound,
    /// 405 with the value of `Allow`.
    MethodNotAllowed(Cow<'static, str>),
    /// 409: nothing is new to the person, and no reminder was requested.
    Exists,
    /// 503 or 500: the service failed.
    Fault(Fault),
    /// Any other error, with a sentence.
    Error {
        /// The HTTP status.
        status: StatusCode,
        /// The sentence for the caller.
        error: Cow<'static, str>,
        /// The seconds after which to retry.
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
    /// Creates a 403 for a wrong request, or for a caller who may not do this.
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
}

impl http::Ending for Failure {
    fn fault(&self) -> Option<&Fault> {
        if let Self::Fault(fault) = self { Some(fault) } else { None }
    }
}

impl http::Failure for Failure {
    fn response(&self, request_id: &str) -> Response<Body> {
        // `traceback` holds the request id instead of internals. An operator finds the logs by it.
        let error = |status, error| http::respond(status, JSON, body(error, Some(request_id)));
        match self {
            Self::Unauthorized => http::respond(StatusCode::UNAUTHORIZED, HTML, Body::Empty),
            Self::NotFound => http::respond(StatusCode::NOT_FOUND, HTML, Body::Empty),
            Self::MethodNotAllowed(allow) => {
                let body = Body::Text(allow.to_string());
                http::allowing(http::respond(StatusCode::METHOD_NOT_ALLOWED, HTML, body), allow)
            }
            Self::Exists => {
                http::respond(StatusCode::CONFLICT, "application/json", body(EXISTS, None))
            }
            Self::Fault(Fault::Unavailable(_)) => error(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is temporarily unavailable. Try again.",
            ),
            Self::Fault(Fault::Internal(_)) => {
                error(StatusCode::INTERNAL_SERVER_ERROR, "An internal server error occurred.")
            }
            Self::Error { status, error: text, retry_after: _ } => error(*status, text),
        }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Fault(Fault::Unavailable(_)) => Some(1),
            Self::Error { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    fn challenge(&self) -> Option<&str> {
        // RFC 9110 §15.5.2 requires a challenge with every 401.
        matches!(self, Self::Unauthorized).then_some("Bearer realm=\"beckon\"")
    }
}

fn body(error: &str, traceback: Option<&str>) -> Body {
    Body::Text(serde_json::to_string(&ErrorBody { error, traceback }).unwrap_or_default())
}

/// Returns the endpoint's answer to `request`, or the answer of its failure. `OPTIONS` asks only for
/// the methods, so it needs no credentials.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn respond(
    request: &Request,
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    if http::is_preflight(request) {
        return Ok(http::options(METHODS));
    }
    if request.method() == Method::OPTIONS {
        // Tastypie's answer.
        let answer = http::respond(StatusCode::OK, HTML, Body::Text(METHODS.to_owned()));
        return Ok(http::allowing(answer, METHODS));
    }
    Ok(http::reply(request, answer).await)
}

impl From<Unauthenticated> for Failure {
    fn from(error: Unauthenticated) -> Self {
        match error {
            Unauthenticated::Missing | Unauthenticated::Expired | Unauthenticated::Invalid(_) => {
                Self::Unauthorized
            }
            Unauthenticated::IssuerUnavailable(_) => Self::error(
                StatusCode::SERVICE_UNAVAILABLE,
                "Access tokens cannot be checked right now. Try again.",
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
            RequestError::UnsupportedMediaType(_) => Self::error(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send the request's body as application/json.",
                None,
            ),
            RequestError::BodyTooLarge(limit) => Self::error(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The body may have at most {limit} bytes."),
                None,
            ),
            RequestError::UnknownPath(_) | RequestError::HiddenInPath(..) => Self::NotFound,
            RequestError::MethodNotAllowed => Self::MethodNotAllowed(METHODS.into()),
            RequestError::InvalidQuery(parameter, detail) => {
                Self::error(StatusCode::BAD_REQUEST, format!("{parameter}: {detail}"), None)
            }
            RequestError::HiddenInQuery(parameter, character) => {
                let detail = Invalid::hidden(character).sentence();
                Self::error(StatusCode::BAD_REQUEST, format!("{parameter}: {detail}"), None)
            }
        }
    }
}

/// Returns the sentence about a wrong field, or about a body that is not an object.
fn field(error: Option<FieldError>) -> Cow<'static, str> {
    match error {
        Some(FieldError { pointer, code, .. })
            if pointer == EMAIL
                && code != FieldCode::DuplicateField
                && !Invalid::is_hidden_code(code.as_str()) =>
        {
            NO_EMAIL.into()
        }
        Some(FieldError { pointer, detail, .. }) if !pointer.is_empty() => {
            format!("{}: {detail}", pointer.trim_start_matches('/')).into()
        }
        _ => "Send one JSON object.".into(),
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

#[cfg(test)]
mod tests {
    use lambda_http::RequestExt;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
    use lambda_http::request::RequestContext;

    use super::*;
    use crate::auth::{FetchError, Reason};

    async fn shown(failure: impl Into<Failure>) -> String {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.request_id = Some("r-1".into());
        let request =
            Request::default().with_request_context(RequestContext::ApiGatewayV1(context));
        let failure = failure.into();
        let Ok(response) = respond(&request, async { Err(failure) }).await;
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

    /// The answers to the engine's refusals are tested in tests/all/house/outcomes.rs.
    #[tokio::test]
    async fn every_fault_of_a_request_has_its_answer() {
        let requests = [
            RequestError::MalformedBody("x".into()),
            RequestError::InvalidBody(vec![FieldError {
                pointer: "/remind".into(),
                code: FieldCode::WrongType,
                detail: "No.".into(),
            }]),
            RequestError::InvalidBody(vec![FieldError {
                pointer: EMAIL.into(),
                code: FieldCode::Required,
                detail: "No.".into(),
            }]),
            RequestError::InvalidBody(vec![FieldError {
                pointer: String::new(),
                code: FieldCode::WrongType,
                detail: "No.".into(),
            }]),
            RequestError::UnsupportedMediaType("application/json"),
            RequestError::BodyTooLarge(9),
            RequestError::UnknownPath(None),
            RequestError::InvalidQuery("limit", "No."),
        ];
        let callers = [
            Unauthenticated::Missing,
            Unauthenticated::Expired,
            Unauthenticated::Invalid(Reason::Signature),
            Unauthenticated::IssuerUnavailable(FetchError::of("x")),
        ];
        let mut lines: Vec<String> = Vec::new();
        for error in requests {
            let name = format!("{error:?}");
            lines.push(format!("{name}: {}", shown(error).await));
        }
        for error in callers {
            let name = format!("{error:?}");
            lines.push(format!("{name}: {}", shown(error).await));
        }
        lines.push(format!("405: {}", shown(Failure::MethodNotAllowed(METHODS.into())).await));
        insta::assert_snapshot!(lines.join("\n"));
    }
}
