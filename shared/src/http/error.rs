//! What is wrong with a request.

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
    /// A path parameter can't name anything.
    UnknownPath(&'static str),
    /// A query parameter is not what it should be: which, and why.
    InvalidQuery(&'static str, &'static str),
}

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
