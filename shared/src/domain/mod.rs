//! The rules of inviting, as pure types and functions: no IO, no AWS, no HTTP, and no clock of its
//! own.

pub mod clock;
pub mod counters;
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

/// The reason why an input value is refused: a stable code for programs and a sentence for people.
///
/// The sentence never repeats the value, because the value can be personal or hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Invalid {
    /// The stable code, shown as `errors[].code`.
    pub code: &'static str,
    /// A sentence that tells a person what to do about it.
    pub detail: &'static str,
}

impl Invalid {
    /// Creates a refusal from a code and a sentence.
    pub const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail }
    }

    /// Converts this refusal into a deserializer's error. The message carries the code and the
    /// sentence, and [`Invalid::split`] gets them back.
    pub fn into_serde<E: serde::de::Error>(self) -> E {
        E::custom(format_args!("{}{SEPARATOR}{}{SEPARATOR}", self.code, self.detail))
    }

    /// Gets the code and the sentence back from a message that [`Invalid::into_serde`] made. The
    /// format may have added text around them.
    pub fn split(message: &str) -> Option<(&str, &str)> {
        let mut parts = message.split(SEPARATOR);
        Some((parts.next()?, parts.next()?))
    }
}

/// Separates the code from the sentence in a deserializer's message. No format writes this
/// character itself.
const SEPARATOR: char = '\u{1f}';

/// Deserializes `T` from an object and refuses every other type. Without this, serde's derived code
/// also accepts an array of the fields.
///
/// # Errors
/// The deserializer's error if the value is not an object, and every error of `T`.
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

/// Implements `Deserialize` through the type's `parse`, so that serde cannot create an unchecked
/// value.
macro_rules! deserialize_by_parse {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(|why| $crate::domain::Invalid::from(why).into_serde())
            }
        }
    };
}
pub(crate) use deserialize_by_parse;
