//! Strict JSON bodies: declared as JSON, limited in size, and without unknown fields.

use lambda_http::Request;
use lambda_http::http::header;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::error::{FieldCode, FieldError, RequestError};
use super::raw_body::raw_body;
use crate::domain::Invalid;

/// Deserializes the request's JSON body into `T`.
///
/// # Errors
/// `UnsupportedMediaType` if the body is not declared as JSON in UTF-8, `BodyTooLarge` above
/// `limit` bytes, `MalformedBody` if it is not JSON, and `InvalidBody` with a pointer if a field is
/// wrong.
pub fn json_body<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, RequestError> {
    let bytes = raw_body(request, limit)?;
    if !is_json(request) {
        return Err(RequestError::UnsupportedMediaType);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    // Types that are also stored ignore unknown fields, because older and newer functions run side
    // by side. A client's typo must be refused, so this collects them.
    let mut unknown = Vec::new();
    let mut collect = |path: serde_ignored::Path<'_>| unknown.push(skipped(&path));
    let deserializer = serde_ignored::Deserializer::new(&mut json, &mut collect);
    let value = serde_path_to_error::deserialize(deserializer)
        .map_err(|error| refused(bytes, error.path(), error.inner()))?;
    json.end()
        .map_err(|_| RequestError::MalformedBody("there is more text after the JSON value"))?;
    // serde also reads a struct from an array of its fields. No client means that.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(RequestError::InvalidBody(vec![wrong_type(String::new())]));
    }
    if unknown.is_empty() {
        Ok(value)
    } else {
        Err(RequestError::InvalidBody(unknown.into_iter().map(unknown_field).collect()))
    }
}

/// Returns whether the body is declared as `application/json`, with no charset or UTF-8 (RFC 8259
/// §8.1).
fn is_json(request: &Request) -> bool {
    let declared = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = declared.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_type = parts.next().as_deref() == Some("application/json");
    is_type
        && parts.all(|part| {
            !part.starts_with("charset=")
                || part.trim_start_matches("charset=").trim_matches('"') == "utf-8"
        })
}

pub(super) fn refused(bytes: &[u8], path: &Path, error: &serde_json::Error) -> RequestError {
    match error.classify() {
        // `serde_json` reports a syntax error for an enum value that is not a string. If the body
        // is JSON, the field is wrong instead.
        Category::Syntax if serde_json::from_slice::<serde_json::Value>(bytes).is_ok() => {
            RequestError::InvalidBody(vec![field_error(path, &error.to_string())])
        }
        Category::Io | Category::Eof => RequestError::MalformedBody("the JSON value is incomplete"),
        Category::Syntax => RequestError::MalformedBody("the body is not JSON"),
        Category::Data => RequestError::InvalidBody(vec![field_error(path, &error.to_string())]),
    }
}

fn field_error(path: &Path, message: &str) -> FieldError {
    let pointer = pointer(path);
    if let Some((code, detail)) = Invalid::split(message) {
        return FieldError {
            pointer,
            code: FieldCode::Rule(code.to_owned()),
            detail: detail.to_owned(),
        };
    }
    let field =
        |code, detail: &str| FieldError { pointer: pointer.clone(), code, detail: detail.into() };
    if message.starts_with("missing field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        FieldError {
            pointer: format!("{pointer}/{name}"),
            ..field(FieldCode::Required, "This field is required.")
        }
    } else if message.starts_with("unknown field") {
        unknown_field(pointer)
    } else if message.starts_with("unknown variant") {
        field(FieldCode::UnknownValue, "The field does not allow this value.")
    } else if message.starts_with("duplicate field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        FieldError {
            pointer: format!("{pointer}/{name}"),
            ..field(FieldCode::DuplicateField, "This field appears twice.")
        }
    } else {
        wrong_type(pointer)
    }
}

fn unknown_field(pointer: String) -> FieldError {
    FieldError {
        pointer,
        code: FieldCode::UnknownField,
        detail: "There is no field with this name.".into(),
    }
}

pub(super) fn wrong_type(pointer: String) -> FieldError {
    FieldError {
        pointer,
        code: FieldCode::WrongType,
        detail: "This value has the wrong type or is out of range.".into(),
    }
}

/// Returns the path of an ignored field as a JSON Pointer (RFC 6901).
fn skipped(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path::{Map, NewtypeStruct, NewtypeVariant, Root, Seq, Some};
    match path {
        Root => String::new(),
        Seq { parent, index } => format!("{}/{index}", skipped(parent)),
        Map { parent, key } => format!("{}/{}", skipped(parent), escape(key)),
        Some { parent } | NewtypeStruct { parent } | NewtypeVariant { parent } => skipped(parent),
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Returns the path as a JSON Pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&escape(key));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
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
        move |result| matches!(result, Err(RequestError::InvalidBody(errors)) if errors[0].pointer == pointer && errors[0].code.as_str() == code)
    }

    #[test]
    fn a_valid_body_is_read() {
        assert_eq!(read(r#"{"name":"x"}"#).unwrap().name, "x");
        assert!(
            json_body::<Input>(
                &request("Application/JSON; charset=\"UTF-8\"", r#"{"name":"x"}"#),
                1000
            )
            .is_ok()
        );
        assert!(
            json_body::<Input>(
                &request("application/json", r#"{"name":"x"}"#.as_bytes().to_vec()),
                1000
            )
            .is_ok()
        );
    }

    #[test]
    fn a_body_that_is_not_json_is_malformed() {
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
        let invalid_utf8 =
            json_body::<Input>(&request("application/json", vec![b'"', 0xff, b'"']), 1000);
        assert!(invalid_utf8.is_err());
    }

    #[test]
    fn the_error_of_a_wrong_field_points_at_it() {
        assert!(field("/name", "required")(read("{}")));
        assert!(field("/name", "wrong_type")(read(r#"{"name":1}"#)));
        assert!(field("/nmae", "unknown_field")(read(r#"{"name":"x","nmae":1}"#)));
        assert!(field("/roles/0", "invalid_role")(read(r#"{"name":"x","roles":["Owner"]}"#)));
        assert!(field("/roles", "invalid_roles")(read(r#"{"name":"x","roles":[]}"#)));
        for body in ["[]", "null", r#"["x",["member"]]"#] {
            assert!(field("", "wrong_type")(read(body)), "{body}");
        }
        assert!(
            matches!(read(r#"{"name":"x","name":"y"}"#), Err(RequestError::InvalidBody(errors)) if errors[0].code == FieldCode::DuplicateField)
        );
    }

    #[test]
    fn the_error_of_a_nested_unknown_field_points_at_it() {
        #[derive(Debug, Deserialize)]
        struct Outer {
            _inner: Option<Inner>,
        }
        #[derive(Debug, Deserialize)]
        struct Inner {
            _known: Option<u8>,
        }
        let read = json_body::<Outer>(
            &request("application/json", r#"{"_inner":{"_known":1,"a/b":2}}"#),
            1000,
        );
        assert!(
            matches!(read, Err(RequestError::InvalidBody(errors)) if errors[0].pointer == "/_inner/a~1b")
        );
        let positional = json_body::<Outer>(&request("application/json", "[null]"), 1000);
        assert!(
            matches!(positional, Err(RequestError::InvalidBody(errors)) if errors[0].code == FieldCode::WrongType)
        );
    }

    #[test]
    fn other_types_and_large_bodies_are_refused() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-7",
            "application/jsonp",
            "",
        ] {
            assert_eq!(
                json_body::<Input>(&request(content_type, "{}"), 1000),
                Err(RequestError::UnsupportedMediaType),
                "{content_type}"
            );
        }
        assert_eq!(
            json_body::<Input>(&request("application/json", "x".repeat(1001)), 1000),
            Err(RequestError::BodyTooLarge(1000))
        );
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let _result = read(&body);
        }
    }
}
