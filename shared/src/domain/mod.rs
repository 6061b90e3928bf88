//! The rules of inviting, as pure types and functions: no input or output, no AWS, no HTTP, no clock of its own.

pub mod clock;
pub mod email;
pub mod group;
pub mod identity;
pub mod ids;
pub mod invite;
pub mod invitee;
pub mod member;
pub mod redirect;
pub mod role;
pub mod text;
pub mod token;
pub mod user;

/// Why a value from outside was refused: a stable word for programs and a sentence for people.
///
/// The sentence never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Invalid {
    /// The stable word, for `errors[].code`.
    pub code: &'static str,
    /// What a person should do about it.
    pub detail: &'static str,
}

impl Invalid {
    /// A refusal with this word and sentence.
    pub const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail }
    }
}

/// Implements `Deserialize` through the type's one constructor, so that nothing unchecked comes in by serde.
macro_rules! deserialize_by_parse {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use deserialize_by_parse;
