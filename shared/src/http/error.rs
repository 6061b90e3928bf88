//! What is wrong with a request.

use crate::domain::Invalid;
use crate::engine::NotFound;

/// What is wrong with a request, before any rule of the engine is asked. Each API renders it in its
/// own shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The body is not JSON in UTF-8.
    MalformedBody(&'static str),
    /// The body is JSON, and its fields are not what they should be.
    InvalidBody(Vec<FieldError>),
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// The body has more bytes than the limit.
    BodyTooLarge(usize),
    /// The path leads nowhere: what it should have named, where that is a thing of ours.
    UnknownPath(Option<NotFound>),
    /// A query parameter is not what it should be: which, and why.
    InvalidQuery(&'static str, &'static str),
}

impl RequestError {
    /// Returns the error for one field of the body, at this pointer (RFC 6901).
    pub fn field(pointer: &str, invalid: Invalid) -> Self {
        let Invalid { code, detail } = invalid;
        Self::InvalidBody(vec![FieldError {
            pointer: pointer.into(),
            code: FieldCode::Rule(code.into()),
            detail: detail.into(),
        }])
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where it stands (RFC 6901).
    pub pointer: String,
    /// What is wrong.
    pub code: FieldCode,
    /// A sentence for people; never repeats the value.
    pub detail: String,
}

/// What is wrong with a field: a stable word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldCode {
    /// The field is missing.
    Required,
    /// There is no such field.
    UnknownField,
    /// The field is there twice.
    DuplicateField,
    /// The value is not one of those that the field may have.
    UnknownValue,
    /// The value has another type, or is out of range.
    WrongType,
    /// A query parameter is not right.
    InvalidParameter,
    /// The value breaks a rule of the domain: the word of its [`Invalid`].
    Rule(String),
}

impl FieldCode {
    /// The word, as clients read it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::UnknownValue => "unknown_value",
            Self::WrongType => "wrong_type",
            Self::InvalidParameter => "invalid_parameter",
            Self::Rule(word) => word,
        }
    }
}
