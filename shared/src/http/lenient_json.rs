//! Lenient JSON bodies, for the published APIs: any declared type, and unknown fields are allowed.

use serde::de::DeserializeOwned;

use super::error::RequestError;
use super::strict_json::{malformed, not_an_object, refused};

/// Deserializes JSON into `T`, whatever type the body is declared as. Unknown fields are ignored;
/// known ones may not be repeated.
///
/// # Errors
/// `MalformedBody` if the body is not a single JSON value in UTF-8. `InvalidBody` with a pointer if
/// a field is wrong, or if the value is not an object.
pub fn lenient_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RequestError> {
    // `serde_json` does not check that ignored strings are UTF-8.
    let text = std::str::from_utf8(bytes)
        .map_err(|_| RequestError::MalformedBody("the body is not UTF-8".into()))?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| refused(bytes, error.path(), error.inner(), None))?;
    json.end().map_err(|error| malformed("there is more text after the JSON value", &error))?;
    // serde also reads a struct from an array of its fields. No client means that.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        Ok(value)
    } else {
        Err(RequestError::InvalidBody(vec![not_an_object()]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::super::error::FieldCode;
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Input {
        id: u64,
    }

    #[test]
    fn unknown_fields_are_ignored_and_repeated_ones_are_refused() {
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

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let _json = lenient_json::<Input>(body.as_bytes());
        }
    }
}
