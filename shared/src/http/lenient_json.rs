//! JSON bodies as clients of the published APIs send them: of any declared type, with fields that
//! nobody knows.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::error::RequestError;
use super::strict_json::{refused, wrong_type};

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
        .map_err(|_| RequestError::MalformedBody("there is more text after the JSON value"))?;
    // A struct may be read from an array too, field by field in order; nobody means that.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        Ok(value)
    } else {
        Err(RequestError::InvalidBody(vec![wrong_type(String::new())]))
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

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let _json = lenient_json::<Input>(body.as_bytes());
        }
    }
}
