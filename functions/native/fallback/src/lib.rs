//! `$default`: answers what no other route takes (docs/contracts/native.md#endpoints).
//!
//! An unknown path is 404 and a wrong method 405, in the shape of the API that the path belongs to.
//! A slash too many at the end is 308. `OPTIONS` names the methods of any path; the gateway adds the
//! CORS headers, because it sends every preflight here.

mod page;
pub mod table;

use std::convert::Infallible;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, RequestExt, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::Service;
use shared::api::{bungie, chembiohub, evanta, native, onezone, rownd};
use shared::http::accepted_language;
use shared::http::{RequestError, allowing, options, respond};
use shared::texts::Language;
use table::{Outcome, Shape, outcome, shape_of};

/// What a URL's path does not contain as it is (RFC 3986 §3.3).
const NOT_IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Answers the request.
///
/// # Errors
/// Never: every failure becomes a response.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    let path = request.raw_http_path();
    let shape = (shape_of(path), service.page.language);
    match outcome(request.method(), path) {
        Outcome::Methods(allow) if shape.0 == Shape::Evanta => {
            let answer =
                evanta::respond(&request, async { Err(evanta::Failure::NotFound) }).await?;
            Ok(allowing(answer, &allow))
        }
        Outcome::Methods(allow) => Ok(options(&allow)),
        Outcome::WithoutSlash(bare) => Ok(redirect(&bare, request.uri().query())),
        Outcome::OtherMethods(allow) => {
            let answer = failed(&request, shape, Some(&allow)).await?;
            Ok(allowing(answer, &allow))
        }
        Outcome::Unknown => failed(&request, shape, None).await,
    }
}

/// Returns the error in this shape, and a page in the browser's language or the usual one: 405 if the path has other methods, else 404.
async fn failed(
    request: &Request,
    (shape, usual): (Shape, Language),
    allow: Option<&str>,
) -> Result<Response<Body>, Infallible> {
    let error = match allow {
        Some(_) => RequestError::MethodNotAllowed,
        None => RequestError::UnknownPath(None),
    };
    match shape {
        Shape::Native => native::respond(request, async { Err(error.into()) }).await,
        Shape::Page => {
            let language = accepted_language(request.headers()).unwrap_or(usual);
            Ok(page::answer(allow.is_some(), language))
        }
        Shape::Evanta => {
            let failure = match allow {
                Some(_) => evanta::Failure::MethodNotAllowed,
                None => evanta::Failure::NotFound,
            };
            evanta::respond(request, async { Err(failure) }).await
        }
        Shape::Rownd => rownd::respond(request, async { Err(error.into()) }).await,
        Shape::Onezone => onezone::respond(request, async { Err(error.into()) }).await,
        Shape::Chembiohub => {
            let failure = match allow {
                Some(allow) => chembiohub::Failure::MethodNotAllowed(allow.to_owned().into()),
                None => chembiohub::Failure::NotFound,
            };
            chembiohub::respond(request, async { Err(failure) }).await
        }
        Shape::Bungie => bungie::respond(request, async { Err(error.into()) }).await,
    }
}

/// Returns a permanent redirect to the decoded path, with the same query. The client repeats the
/// method and the body.
fn redirect(path: &str, query: Option<&str>) -> Response<Body> {
    let mut to = utf8_percent_encode(path, NOT_IN_A_PATH).to_string();
    if let Some(query) = query {
        to.push('?');
        to.push_str(query);
    }
    let mut answer = respond(StatusCode::PERMANENT_REDIRECT, "text/plain", Body::Empty);
    if let Ok(to) = HeaderValue::from_str(&to) {
        answer.headers_mut().insert(header::LOCATION, to);
    }
    answer
}
