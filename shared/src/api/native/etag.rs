//! Entity tags: the version of a record, in quotes (RFC 9110 §8.8.3).

use lambda_http::http::{HeaderValue, header};
use lambda_http::{Body, Request, Response};

use super::Problem;
use crate::domain::counters::Version;
use crate::engine::{Conflict, Refusal};

/// Returns the `ETag` of this version.
pub(super) fn etag(version: Version) -> String {
    format!("\"{version}\"")
}

/// Returns the response with the `ETag` of this version.
pub fn with_etag(mut response: Response<Body>, version: Version) -> Response<Body> {
    response
        .headers_mut()
        .extend(HeaderValue::from_str(&etag(version)).ok().map(|value| (header::ETAG, value)));
    response
}

/// Returns the version in `If-Match`. `None` if the header is absent or `*`.
///
/// # Errors
/// `PreconditionFailed` for an ETag that is not a version.
pub fn if_match(request: &Request) -> Result<Option<Version>, Problem> {
    match request.headers().get("if-match").map(|value| value.to_str().unwrap_or_default()) {
        None | Some("*") => Ok(None),
        Some(etag) => {
            let number = etag.trim_matches('"').parse();
            let number = number.map_err(|_| Refusal::from(Conflict::PreconditionFailed))?;
            Ok(Some(Version::from_number(number)))
        }
    }
}
