//! JSON bodies: declared, small enough, well formed, and then of the right fields.

use lambda_http::http::header;
use lambda_http::{Body, Request};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::RequestError;
use crate::domain::Invalid;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where it stands (RFC 6901).
    pub pointer: String,
    /// A stable word for what is wrong.
    pub code: String,
    /// A sentence for people; never repeats the value.
    pub detail: String,
}

/// Reads the request's JSON body into `T`.
///
/// # Errors
/// `UnsupportedMediaType` unless it is declared as JSON in UTF-8, `BodyTooLarge` above `limit` bytes, `MalformedBody` where it is not
/// JSON, `InvalidBody` with a pointer where a field is wrong.
pub fn json_body<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, RequestError> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > limit {
        return Err(RequestError::BodyTooLarge(limit));
    }
    if !is_json(request) {
        return Err(RequestError::UnsupportedMediaType);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| refused(error.path(), error.inner()))?;
    deserializer.end().map_err(|_| RequestError::MalformedBody("there is something after the JSON value"))?;
    // Serde reads a struct from an array too, by the order of its fields. Every body of ours is an object.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        let detail = "A body is one JSON object.".into();
        return Err(RequestError::InvalidBody(vec![FieldError { pointer: String::new(), code: "wrong_type".into(), detail }]));
    }
    Ok(value)
}

/// `application/json`, with no charset but UTF-8 (RFC 8259 §8.1).
fn is_json(request: &Request) -> bool {
    let declared = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = declared.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_type = parts.next().as_deref() == Some("application/json");
    is_type && parts.all(|part| !part.starts_with("charset=") || part.trim_start_matches("charset=").trim_matches('"') == "utf-8")
}

fn refused(path: &Path, error: &serde_json::Error) -> RequestError {
    match error.classify() {
        Category::Io | Category::Eof => RequestError::MalformedBody("the JSON value is cut short"),
        Category::Syntax => RequestError::MalformedBody("the body is not JSON"),
        Category::Data => RequestError::InvalidBody(vec![field_error(path, &error.to_string())]),
    }
}

fn field_error(path: &Path, message: &str) -> FieldError {
    if let Some((code, detail)) = Invalid::split(message) {
        return FieldError { pointer: pointer(path), code: code.to_owned(), detail: detail.to_owned() };
    }
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let (code, detail) = if message.starts_with("missing field") {
        return FieldError {
            pointer: format!("{}/{quoted}", pointer(path)),
            code: "required".into(),
            detail: "This field is required.".into(),
        };
    } else if message.starts_with("unknown field") {
        ("unknown_field", "There is no such field here.")
    } else if message.starts_with("unknown variant") {
        ("unknown_value", "This is not one of the values that the field may have.")
    } else if message.starts_with("duplicate field") {
        ("duplicate_field", "This field stands twice.")
    } else {
        ("wrong_type", "This value does not have the type or range that the field needs.")
    };
    FieldError { pointer: pointer(path), code: code.into(), detail: detail.into() }
}

/// The path as a JSON Pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::domain::role::Roles;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Input {
        name: String,
        #[serde(default)]
        roles: Roles,
    }

    fn request(content_type: &str, body: impl Into<Body>) -> Request {
        let mut request = Request::new(body.into());
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        request
    }

    fn read(body: &str) -> Result<Input, RequestError> {
        json_body(&request("application/json", body), 1000)
    }

    fn field(pointer: &str, code: &str) -> impl Fn(Result<Input, RequestError>) -> bool {
        move |result| matches!(result, Err(RequestError::InvalidBody(errors)) if errors[0].pointer == pointer && errors[0].code == code)
    }

    #[test]
    fn a_right_body_is_read() {
        assert_eq!(read(r#"{"name":"x"}"#).unwrap().name, "x");
        assert!(json_body::<Input>(&request("Application/JSON; charset=\"UTF-8\"", r#"{"name":"x"}"#), 1000).is_ok());
        assert!(json_body::<Input>(&request("application/json", r#"{"name":"x"}"#.as_bytes().to_vec()), 1000).is_ok());
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in [
            "",
            " ",
            "{",
            "{}x",
            "{}{}",
            "nul",
            "{\"name\":01}",
            "{'name':1}",
            "{\"name\":NaN}",
            "// x\n{}",
            "\u{feff}{}",
            "{\"name\":\"\\ud800\"}",
        ] {
            assert!(
                matches!(read(body), Err(RequestError::MalformedBody(_)))
                    || field("", "required")(read(body))
                    || field("/name", "required")(read(body)),
                "{body:?}"
            );
        }
        let deep = "[".repeat(10_000);
        assert!(read(&deep).is_err());
        let invalid_utf8 = json_body::<Input>(&request("application/json", vec![b'"', 0xff, b'"']), 1000);
        assert!(invalid_utf8.is_err());
    }

    #[test]
    fn a_wrong_field_is_pointed_at() {
        assert!(field("/name", "required")(read("{}")));
        assert!(field("/name", "wrong_type")(read(r#"{"name":1}"#)));
        assert!(field("/nmae", "unknown_field")(read(r#"{"name":"x","nmae":1}"#)));
        assert!(field("/roles/0", "invalid_role")(read(r#"{"name":"x","roles":["Owner"]}"#)));
        assert!(field("/roles", "invalid_roles")(read(r#"{"name":"x","roles":[]}"#)));
        for body in ["[]", "null", r#"["x",["member"]]"#] {
            assert!(field("", "wrong_type")(read(body)), "{body}");
        }
        assert!(
            matches!(read(r#"{"name":"x","name":"y"}"#), Err(RequestError::InvalidBody(errors)) if errors[0].code == "duplicate_field")
        );
    }

    #[test]
    fn other_types_and_large_bodies_are_refused() {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-7", "application/jsonp", ""]
        {
            assert_eq!(json_body::<Input>(&request(content_type, "{}"), 1000), Err(RequestError::UnsupportedMediaType), "{content_type}");
        }
        assert_eq!(json_body::<Input>(&request("application/json", "x".repeat(1001)), 1000), Err(RequestError::BodyTooLarge(1000)));
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let _result = read(&body);
        }
    }
}
