//! The rules of inviting, as pure types and functions: no input or output, no AWS, no HTTP, no
//! clock of its own.

pub mod clock;
pub mod display_name;
pub mod email;
pub mod group;
pub mod identity;
pub mod ids;
pub mod invite;
pub mod invitee;
pub mod list;
pub mod macaroon;
pub mod mailing;
pub mod member;
pub mod privilege;
pub mod redirect;
pub mod role;
pub mod rule;
pub mod text;
pub mod token;
pub mod user;
pub mod words;

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

    /// This refusal as an error of a deserializer, whose message keeps both the word and the
    /// sentence (see [`Invalid::split`]).
    pub fn into_serde<E: serde::de::Error>(self) -> E {
        E::custom(format_args!("{}{SEPARATOR}{}{SEPARATOR}", self.code, self.detail))
    }

    /// Word and sentence from a message that [`Invalid::into_serde`] made, whatever the format has
    /// added around it.
    pub fn split(message: &str) -> Option<(&str, &str)> {
        let mut parts = message.split(SEPARATOR);
        Some((parts.next()?, parts.next()?))
    }
}

/// Between word and sentence in a deserializer's message; no format writes it by itself.
const SEPARATOR: char = '\u{1f}';

/// Reads `T` from an object only. A struct that serde derives is read from an array too, field by
/// field, and nobody means that.
///
/// # Errors
/// Where there is no object, and those of `T`.
pub fn from_object<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Object<T>(std::marker::PhantomData<T>);

    impl<'de, T: serde::Deserialize<'de>> serde::de::Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(serde::de::value::MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_any(Object(std::marker::PhantomData))
}

/// Implements `Deserialize` through the type's one constructor, so that nothing unchecked comes in
/// by serde.
macro_rules! deserialize_by_parse {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err($crate::domain::Invalid::into_serde)
            }
        }
    };
}
pub(crate) use deserialize_by_parse;
