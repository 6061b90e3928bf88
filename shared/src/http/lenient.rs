//! What APIs read that are not as strict as ours: bodies of other declared types, forms, headers
//! that may be absent, paths with a slash behind.

use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Request, RequestExt};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use url::form_urlencoded;

use super::RequestError;
use super::body::{refused, wrong_type};

/// The body's bytes, whatever they are; none where there is no body.
///
/// # Errors
/// `BodyTooLarge` above `limit` bytes.
pub fn raw_body(request: &Request, limit: usize) -> Result<&[u8], RequestError> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > limit { Err(RequestError::BodyTooLarge(limit)) } else { Ok(bytes) }
}

/// Reads JSON into `T`, whatever the body was declared as. Fields that `T` does not know are left
/// aside; one that it knows may not stand twice.
///
/// # Errors
/// `MalformedBody` where it is not one JSON value in UTF-8, `InvalidBody` with a pointer where a
/// field is wrong, or where it is no object.
pub fn lenient_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RequestError> {
    // What is left aside would not be looked at closely.
    let text = std::str::from_utf8(bytes)
        .map_err(|_| RequestError::MalformedBody("the body is not UTF-8"))?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        match error.inner().classify() {
            // A wrong field may stand in what is no JSON further on: that goes first.
            Category::Data if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_err() => {
                RequestError::MalformedBody("the body is not JSON")
            }
            _ => refused(bytes, error.path(), error.inner()),
        }
    })?;
    json.end()
        .map_err(|_| RequestError::MalformedBody("there is something after the JSON value"))?;
    // A struct may be read from an array too, field by field in order; nobody means that.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        Ok(value)
    } else {
        Err(RequestError::InvalidBody(vec![wrong_type(String::new())]))
    }
}

/// The declared media type in lower case, without its parameters; none where none is declared.
pub fn media_type(request: &Request) -> Option<String> {
    let declared = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (!kind.is_empty()).then_some(kind)
}

/// Refuses a body that is declared as anything but JSON; one that is not declared at all passes, as
/// it did at the APIs whose clients we answer.
///
/// # Errors
/// `UnsupportedMediaType`.
pub fn json_or_undeclared(request: &Request) -> Result<(), RequestError> {
    if media_type(request).is_some_and(|kind| kind != "application/json") {
        Err(RequestError::UnsupportedMediaType)
    } else {
        Ok(())
    }
}

/// The fields of an HTML form (`application/x-www-form-urlencoded`), in order, each name as often
/// as it stands.
pub fn form_fields(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// A header's one value; none where it is absent, empty, not plain text, or there are several.
pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let (first, second) = (values.next()?, values.next());
    let value = first.to_str().ok().filter(|_| second.is_none())?;
    (!value.is_empty()).then_some(value)
}

/// The cookie of this name; none where it is absent, or stands twice.
pub fn cookie(request: &Request, name: &str) -> Option<String> {
    let headers =
        request.headers().get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    let pairs =
        headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned());
    let (first, second) = (values.next(), values.next());
    first.filter(|_| second.is_none())
}

/// Refuses a path that goes on behind the slash: a route's greedy twin is there for the slash
/// alone.
///
/// # Errors
/// `UnknownPath`.
pub fn no_further_path(request: &Request) -> Result<(), RequestError> {
    let parameters = request.path_parameters_ref();
    let rest = parameters.and_then(|parameters| parameters.first("slash")).unwrap_or_default();
    if rest.is_empty() { Ok(()) } else { Err(RequestError::UnknownPath(None)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::http::FieldCode;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Input {
        id: u64,
    }

    fn with(name: &'static str, values: &[&str]) -> Request {
        let mut request = Request::new(Body::Empty);
        for value in values {
            request.headers_mut().append(name, value.parse().unwrap());
        }
        request
    }

    #[test]
    fn a_body_is_json_or_undeclared() {
        assert!(json_or_undeclared(&Request::new(Body::Empty)).is_ok());
        for kind in ["application/json", "Application/JSON;charset=utf-8"] {
            assert!(json_or_undeclared(&with("content-type", &[kind])).is_ok(), "{kind}");
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "multipart/form-data; boundary=x",
        ] {
            assert_eq!(
                json_or_undeclared(&with("content-type", &[kind])),
                Err(RequestError::UnsupportedMediaType),
                "{kind}"
            );
        }
    }

    #[test]
    fn unknown_fields_pass_and_known_ones_count_once() {
        assert_eq!(lenient_json::<Input>(br#" {"x":[1],"id":7} "#), Ok(Input { id: 7 }));
        for (body, malformed) in [
            ("", true),
            ("{", true),
            ("{}x", true),
            ("nul", true),
            ("{\"id\":\"a\",", true),
            ("[7]", false),
            ("7", false),
            ("null", false),
        ] {
            let error = lenient_json::<Input>(body.as_bytes()).unwrap_err();
            assert_eq!(
                matches!(error, RequestError::MalformedBody(_)),
                malformed,
                "{body:?}: {error:?}"
            );
        }
        assert!(matches!(
            lenient_json::<Input>(b"{\"id\":1,\"x\":\"\xff\"}"),
            Err(RequestError::MalformedBody(_))
        ));
        assert!(
            matches!(lenient_json::<Input>(br#"{"id":1,"id":2}"#), Err(RequestError::InvalidBody(errors)) if errors[0].code == FieldCode::DuplicateField)
        );
    }

    #[test]
    fn a_header_has_one_value_or_none() {
        assert_eq!(header(&with("x-api-key", &["k"]), "x-api-key"), Some("k"));
        assert_eq!(header(&with("x-api-key", &["k", "k"]), "X-API-Key"), None);
        assert_eq!(header(&with("x-api-key", &[""]), "x-api-key"), None);
    }

    #[test]
    fn a_cookie_is_found_among_others_unless_it_stands_twice() {
        let request = with("cookie", &["a=1; chembiohub_sessionid=x.y=z", "b=2"]);
        assert_eq!(cookie(&request, "chembiohub_sessionid").as_deref(), Some("x.y=z"));
        assert_eq!(cookie(&request, "b").as_deref(), Some("2"));
        assert_eq!(cookie(&with("cookie", &["a=1; a=2"]), "a"), None);
    }

    #[test]
    fn a_media_type_stands_without_its_parameters() {
        assert_eq!(
            media_type(&with("content-type", &["Application/JSON; charset=utf-8"])).as_deref(),
            Some("application/json")
        );
        assert_eq!(media_type(&with("content-type", &[""])), None);
    }

    #[test]
    fn too_much_is_refused() {
        assert_eq!(
            raw_body(&Request::new(Body::from("12345")), 4),
            Err(RequestError::BodyTooLarge(4))
        );
        assert_eq!(raw_body(&Request::new(Body::Empty), 4), Ok(&b""[..]));
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let _json = lenient_json::<Input>(body.as_bytes());
            let _fields = form_fields(body.as_bytes());
        }
    }
}
