//! The raw body, its declared media type, and form fields.

use lambda_http::http::Method;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Request};
use url::form_urlencoded;

use super::error::RequestError;

/// Returns the body's bytes, which are empty if there is no body.
///
/// # Errors
/// `BodyTooLarge` if the body has more than `limit` bytes.
pub fn raw_body(request: &Request, limit: usize) -> Result<&[u8], RequestError> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > limit { Err(RequestError::BodyTooLarge(limit)) } else { Ok(bytes) }
}

/// Returns the declared media type in lower case, without its parameters. `None` if none is
/// declared.
pub fn media_type(request: &Request) -> Option<String> {
    let declared = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (!kind.is_empty()).then_some(kind)
}

const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

/// Refuses a body that is not declared as JSON in UTF-8 (RFC 8259 §8.1). `PATCH` also takes a merge
/// patch (RFC 7396).
///
/// # Errors
/// `UnsupportedMediaType`.
pub(super) fn declared_as_json(request: &Request) -> Result<(), RequestError> {
    let patch = request.method() == Method::PATCH;
    let is_json = |kind: &str| kind == JSON || (patch && kind == MERGE_PATCH);
    if media_type(request).is_some_and(|kind| is_json(&kind)) && is_utf8(request) {
        Ok(())
    } else if patch {
        Err(RequestError::UnsupportedMediaType("application/json or application/merge-patch+json"))
    } else {
        Err(RequestError::UnsupportedMediaType(JSON))
    }
}

/// Returns whether the body is declared as this media type, in UTF-8.
pub fn declared_as(request: &Request, kind: &str) -> bool {
    media_type(request).is_some_and(|declared| declared == kind) && is_utf8(request)
}

/// Returns whether the declared type names no charset or UTF-8, in any of the spellings that
/// clients send.
fn is_utf8(request: &Request) -> bool {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let parameters = declared.unwrap_or_default().split(';').skip(1);
    let mut named = parameters.filter_map(|parameter| parameter.split_once('='));
    named.all(|(name, value)| {
        let value = value.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
        !name.trim().eq_ignore_ascii_case("charset") || matches!(value.as_str(), "utf-8" | "utf8")
    })
}

/// Refuses a body that is declared as anything but JSON in UTF-8. An undeclared body is accepted,
/// because the original services of the published APIs accepted it.
///
/// # Errors
/// `UnsupportedMediaType`.
pub fn json_or_undeclared(request: &Request) -> Result<(), RequestError> {
    if media_type(request).is_none_or(|kind| kind == JSON) && is_utf8(request) {
        Ok(())
    } else {
        Err(RequestError::UnsupportedMediaType(JSON))
    }
}

/// Returns the fields of an HTML form (`application/x-www-form-urlencoded`) in order, including
/// repeated names.
pub fn form_fields(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn declared(kind: &str) -> Request {
        let mut request = Request::new(Body::Empty);
        request.headers_mut().append("content-type", kind.parse().unwrap());
        request
    }

    #[test]
    fn a_body_is_json_or_undeclared() {
        assert!(json_or_undeclared(&Request::new(Body::Empty)).is_ok());
        for kind in [
            "application/json",
            "Application/JSON;charset=utf-8",
            "application/json; charset=utf8",
            "application/json; charset=\"UTF-8\"",
        ] {
            assert!(json_or_undeclared(&declared(kind)).is_ok(), "{kind}");
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "multipart/form-data; boundary=x",
            "application/json; charset=iso-8859-1",
            "application/json; charset=utf-16",
        ] {
            assert_eq!(
                json_or_undeclared(&declared(kind)),
                Err(RequestError::UnsupportedMediaType(JSON)),
                "{kind}"
            );
        }
    }

    #[test]
    fn a_media_type_is_returned_without_its_parameters() {
        assert_eq!(
            media_type(&declared("Application/JSON; charset=utf-8")).as_deref(),
            Some("application/json")
        );
        assert_eq!(media_type(&declared("")), None);
    }

    #[test]
    fn a_body_above_the_limit_is_refused() {
        assert_eq!(
            raw_body(&Request::new(Body::from("12345")), 4),
            Err(RequestError::BodyTooLarge(4))
        );
        assert_eq!(raw_body(&Request::new(Body::Empty), 4), Ok(&b""[..]));
    }

    proptest! {
        #[test]
        fn reading_a_form_never_panics(body in "\\PC{0,80}") {
            let _fields = form_fields(body.as_bytes());
        }
    }
}
