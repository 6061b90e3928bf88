//! Strict JSON bodies: declared as JSON, limited in size, and without unknown fields.

use lambda_http::Request;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::error::{FieldCode, FieldError, RequestError};
use super::nearest::nearest;
use super::raw_body::{declared_as_json, raw_body};
use super::watched::{Names, Open, Watched, innermost};
use crate::domain::Invalid;

/// Deserializes the request's JSON body into `T`. A number with a zero fraction is an integer.
///
/// # Errors
/// `UnsupportedMediaType` if the body is not declared as JSON in UTF-8, `BodyTooLarge` above
/// `limit` bytes, `MalformedBody` if it is not JSON, and `InvalidBody` with a pointer if a field is
/// wrong.
pub fn json_body<T: DeserializeOwned>(request: &Request, limit: usize) -> Result<T, RequestError> {
    let bytes = raw_body(request, limit)?;
    declared_as_json(request)?;
    json_object(bytes)
}

/// Deserializes a JSON object into `T`, as [`json_body`] does.
///
/// # Errors
/// `MalformedBody` and `InvalidBody`, as of [`json_body`].
pub fn json_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RequestError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    // Types that are also stored ignore unknown fields, because older and newer functions run side
    // by side. A client's typo must be refused, so this collects them.
    let (open, mut unknown) = (Open::default(), Vec::new());
    let mut collect = |path: serde_ignored::Path<'_>| {
        unknown.push(unknown_field(skipped(&path), innermost(&open)));
    };
    let deserializer = serde_ignored::Deserializer::new(&mut json, &mut collect);
    let value = serde_path_to_error::deserialize(Watched::new(deserializer, &open))
        .map_err(|error| refused(bytes, error.path(), error.inner(), innermost(&open)))?;
    json.end().map_err(|error| malformed("there is more text after the JSON value", &error))?;
    // serde also reads a struct from an array of its fields. No client means that.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(RequestError::InvalidBody(vec![not_an_object()]));
    }
    if unknown.is_empty() { Ok(value) } else { Err(RequestError::InvalidBody(unknown)) }
}

/// Deserializes the request's JSON body as [`json_body`] does. A request without a body has the
/// default.
///
/// # Errors
/// Those of [`json_body`].
pub fn json_body_if_any<T: DeserializeOwned + Default>(
    request: &Request,
    limit: usize,
) -> Result<T, RequestError> {
    if raw_body(request, limit)?.is_empty() { Ok(T::default()) } else { json_body(request, limit) }
}

/// Returns the error of a body that is not JSON, with the position at which reading it ended.
pub(super) fn malformed(problem: &str, error: &serde_json::Error) -> RequestError {
    RequestError::MalformedBody(format!(
        "{problem} (line {}, column {})",
        error.line(),
        error.column()
    ))
}

/// Returns the error of a body that could not be read. `names` are those of the structure in which
/// reading it ended.
pub(super) fn refused(
    bytes: &[u8],
    path: &Path,
    error: &serde_json::Error,
    names: Option<Names>,
) -> RequestError {
    let parsed = serde_json::from_slice::<serde_json::Value>(bytes);
    match (error.classify(), parsed) {
        // `serde_json` reports a syntax error for an enum value that is not a string. If the body
        // is JSON, the field is wrong instead.
        (Category::Syntax | Category::Data, Ok(body)) => {
            RequestError::InvalidBody(vec![field_error(path, &error.to_string(), names, &body)])
        }
        (Category::Io | Category::Eof, _) => malformed("the JSON value is incomplete", error),
        // A syntax error after the wrong field takes precedence.
        (Category::Syntax | Category::Data, Err(error)) if error.is_eof() => {
            malformed("the JSON value is incomplete", &error)
        }
        (Category::Syntax | Category::Data, Err(error)) => {
            malformed("the body is not JSON", &error)
        }
    }
}

fn field_error(
    path: &Path,
    message: &str,
    names: Option<Names>,
    body: &serde_json::Value,
) -> FieldError {
    let pointer = pointer(path);
    if let Some((code, detail)) = Invalid::split(message) {
        return FieldError {
            pointer,
            code: FieldCode::Rule(code.to_owned()),
            detail: detail.to_owned(),
        };
    }
    let field = |code, detail: String| FieldError { pointer: pointer.clone(), code, detail };
    if message.starts_with("missing field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        FieldError {
            pointer: format!("{pointer}/{name}"),
            ..field(FieldCode::Required, "This field is required.".into())
        }
    } else if message.starts_with("unknown field") {
        unknown_field(pointer, names)
    } else if message.starts_with("unknown variant") {
        let allowed = match names {
            Some(Names::Variants(variants)) => format!(" Give {}.", one_of(variants)),
            Some(Names::Fields(_)) | None => String::new(),
        };
        field(FieldCode::UnknownValue, format!("The field does not allow this value.{allowed}"))
    } else if message.starts_with("duplicate field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        FieldError {
            pointer: format!("{pointer}/{name}"),
            ..field(FieldCode::DuplicateField, "This field appears twice.".into())
        }
    } else {
        let expected = message.rsplit_once(", expected ").map_or("", |(_, expected)| expected);
        let expected = expected.split(" at line ").next().unwrap_or_default();
        wrong_type(body, pointer, expected)
    }
}

/// Returns the error of a field that does not exist. It names those that do, and the nearest one.
fn unknown_field(pointer: String, names: Option<Names>) -> FieldError {
    let mut detail = "There is no field with this name.".to_owned();
    if let Some(Names::Fields(fields)) = names {
        let written = pointer.rsplit('/').next().unwrap_or_default();
        if let Some(nearest) = nearest(written, fields) {
            detail.push_str(&format!(" Do you mean '{nearest}'?"));
        }
        if !fields.is_empty() {
            detail.push_str(&format!(" The fields are {}.", fields.join(", ")));
        }
    }
    FieldError { pointer, code: FieldCode::UnknownField, detail }
}

/// Returns the error of a value that is not what serde expected, in its words.
fn wrong_type(body: &serde_json::Value, pointer: String, expected: &str) -> FieldError {
    use serde_json::Value;
    let found = match body.pointer(&pointer) {
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(number)) if number.is_f64() => "a number with a fraction or exponent",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
        None => "another type",
    };
    let detail = match in_words(expected) {
        Some(expected) => format!("This must be {expected}, not {found}."),
        None => format!("This value has the wrong type or is out of range. It is {found}."),
    };
    FieldError { pointer, code: FieldCode::WrongType, detail }
}

/// Returns a type in the words of JSON. `None` if serde's words say nothing to a caller.
fn in_words(expected: &str) -> Option<String> {
    let kind = expected.split(' ').next().unwrap_or_default();
    let words = match (expected, kind) {
        ("u8", _) => format!("a whole number from 0 to {}", u8::MAX),
        ("u16", _) => format!("a whole number from 0 to {}", u16::MAX),
        ("u32", _) => format!("a whole number from 0 to {}", u32::MAX),
        ("u64" | "usize", _) => "a whole number from 0 on".to_owned(),
        ("i8" | "i16" | "i32" | "i64", _) => "a whole number".to_owned(),
        ("f32" | "f64", _) => "a number".to_owned(),
        ("a boolean", _) => "true or false".to_owned(),
        ("a map", _) | (_, "struct") => "an object".to_owned(),
        ("a sequence", _) => "an array".to_owned(),
        ("a string" | "a borrowed string" | "string" | "str" | "string or map", _) => {
            "a string".to_owned()
        }
        (_, "a" | "an") => expected.to_owned(),
        _ => return None,
    };
    Some(words)
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => "no value".to_owned(),
        [name] => format!("'{name}'"),
        [others @ .., last] => format!("'{}' or '{last}'", others.join("', '")),
    }
}

/// Returns the error of a body that is not an object.
pub(super) fn not_an_object() -> FieldError {
    FieldError {
        pointer: String::new(),
        code: FieldCode::WrongType,
        detail: "This must be an object.".into(),
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
    use lambda_http::http::{Method, header};
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

    fn detail(body: &str) -> String {
        match read(body) {
            Err(RequestError::InvalidBody(mut errors)) => errors.remove(0).detail,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn an_unknown_field_gets_the_nearest_one_and_all_that_exist() {
        assert_eq!(
            detail(r#"{"name":"x","rolls":1}"#),
            "There is no field with this name. Do you mean 'roles'? The fields are name, roles."
        );
        assert_eq!(
            detail(r#"{"name":"x","zzz":1}"#),
            "There is no field with this name. The fields are name, roles."
        );
    }

    #[test]
    fn an_unknown_field_inside_an_object_gets_the_fields_of_that_object() {
        #[derive(Debug, Deserialize)]
        struct Outer {
            #[serde(rename = "inner", deserialize_with = "crate::domain::from_object")]
            _inner: Input,
        }
        let read = |body: &str| match json_body::<Outer>(&request("application/json", body), 1000) {
            Err(RequestError::InvalidBody(mut errors)) => errors.remove(0),
            other => panic!("{body}: {other:?}"),
        };
        let error = read(r#"{"inner":{"name":"x","rolls":1}}"#);
        assert_eq!(error.pointer, "/inner/rolls");
        assert_eq!(
            error.detail,
            "There is no field with this name. Do you mean 'roles'? The fields are name, roles."
        );
        let error = read(r#"{"inner":["x"]}"#);
        assert_eq!(error.pointer, "/inner");
        assert_eq!(error.detail, "This must be an object, not an array.");
    }

    #[test]
    fn a_wrong_type_names_both_types() {
        for (body, found) in [
            (r#"{"name":1}"#, "a number"),
            (r#"{"name":1.5}"#, "a number with a fraction or exponent"),
            (r#"{"name":null}"#, "null"),
            (r#"{"name":true}"#, "true or false"),
            (r#"{"name":[]}"#, "an array"),
            (r#"{"name":{}}"#, "an object"),
        ] {
            assert_eq!(detail(body), format!("This must be a string, not {found}."), "{body}");
        }
        assert_eq!(detail("[]"), "This must be an object, not an array.");
    }

    #[test]
    fn broken_json_has_a_position() {
        for (body, problem) in [
            ("{\n  \"name\": x}", "the body is not JSON (line 2, column 11)"),
            ("{\"name\":1,}", "the body is not JSON (line 1, column 11)"),
            ("{\"name\":\"x\"", "the JSON value is incomplete (line 1, column 11)"),
            ("{\"name\":\"x\"} y", "there is more text after the JSON value (line 1, column 14)"),
        ] {
            assert_eq!(read(body), Err(RequestError::MalformedBody(problem.into())), "{body}");
        }
    }

    #[test]
    fn json_has_several_legal_declarations() {
        let patch = |content_type: &str| {
            let mut request = request(content_type, r#"{"name":"x"}"#);
            *request.method_mut() = Method::PATCH;
            json_body::<Input>(&request, 1000)
        };
        for declared in [
            "application/json;charset=utf8",
            "application/json; charset=UTF8",
            "APPLICATION/JSON ; Charset=\"utf-8\" ;",
            "application/json; charset='utf-8'",
            "application/json;profile=\"https://example.com/a;b\"",
        ] {
            let read = json_body::<Input>(&request(declared, r#"{"name":"x"}"#), 1000);
            assert!(read.is_ok(), "{declared}");
            assert!(patch(declared).is_ok(), "{declared}");
        }
        assert!(patch("application/merge-patch+json").is_ok());
        let merging = request("application/merge-patch+json", r#"{"name":"x"}"#);
        assert_eq!(
            json_body::<Input>(&merging, 1000),
            Err(RequestError::UnsupportedMediaType("application/json"))
        );
        assert_eq!(
            patch("text/plain"),
            Err(RequestError::UnsupportedMediaType(
                "application/json or application/merge-patch+json"
            ))
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
                Err(RequestError::UnsupportedMediaType("application/json")),
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
