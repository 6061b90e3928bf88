//! Errors of requests.

use crate::domain::Invalid;
use crate::engine::NotFound;

/// An error of a request, found before the engine applies any rule. Each API renders it in its own
/// shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The body is not JSON in UTF-8. Holds the problem, with its line and column if it has any.
    MalformedBody(String),
    /// The body is JSON, but some of its fields are wrong.
    InvalidBody(Vec<FieldError>),
    /// The body is not declared as JSON in UTF-8. Holds the accepted types.
    UnsupportedMediaType(&'static str),
    /// The body has more bytes than the limit.
    BodyTooLarge(usize),
    /// The path does not exist. Holds the kind of object that the path would name, if it names one.
    UnknownPath(Option<NotFound>),
    /// An id in the path has an invisible character inside. Holds the kind of object that the id
    /// would name, if it names one, and the character.
    HiddenInPath(Option<NotFound>, char),
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// A query parameter is wrong. Holds its name and the reason.
    InvalidQuery(&'static str, &'static str),
    /// A query parameter has an invisible character inside. Holds its name and the character.
    HiddenInQuery(&'static str, char),
}

impl RequestError {
    /// Returns the error of one field of the body, at this JSON Pointer (RFC 6901).
    pub fn field(pointer: &str, invalid: Invalid) -> Self {
        Self::InvalidBody(vec![FieldError {
            pointer: pointer.into(),
            code: FieldCode::Rule(invalid.code.into()),
            detail: invalid.sentence().into_owned(),
        }])
    }
}

/// An error of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The JSON Pointer of the field (RFC 6901).
    pub pointer: String,
    /// The kind of error.
    pub code: FieldCode,
    /// A sentence for people, which never repeats the value.
    pub detail: String,
}

/// The kind of a field's error, with a stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldCode {
    /// The field is missing.
    Required,
    /// The field is unknown.
    UnknownField,
    /// The field occurs twice.
    DuplicateField,
    /// The value is not one of the allowed values.
    UnknownValue,
    /// The value has the wrong type, or is out of range.
    WrongType,
    /// A query parameter is wrong.
    InvalidParameter,
    /// The value breaks a rule of the domain. Holds the code of its [`Invalid`].
    Rule(String),
}

impl FieldCode {
    /// Returns the code that clients read.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::UnknownValue => "unknown_value",
            Self::WrongType => "wrong_type",
            Self::InvalidParameter => "invalid_parameter",
            Self::Rule(code) => code,
        }
    }
}
