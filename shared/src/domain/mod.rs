//! The rules of inviting, as pure types and functions: no IO, no AWS, no HTTP, and no clock of its
//! own.

pub mod acceptance;
pub mod author;
pub mod block;
pub mod change;
pub mod clock;
pub mod color;
pub mod counters;
pub mod digest;
pub mod display_name;
pub mod email;
pub mod event;
pub mod group;
pub mod group_name;
pub mod idempotency;
pub mod identity;
pub mod ids;
pub mod invisible;
pub mod invite;
pub mod invitee;
pub mod language;
pub mod list;
pub mod macaroon;
pub mod mailing;
pub mod member;
pub mod news;
pub mod opening;
pub mod privilege;
pub mod redirect;
pub mod role;
pub mod rule;
pub mod stats;
pub mod text;
pub mod token;
pub mod user;

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// The reason why an input value is refused: a stable code for programs and a sentence for people.
///
/// The sentence never repeats the value, because the value can be personal or hostile. It names a
/// character that a person can't see in the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Invalid {
    /// The stable code, shown as `errors[].code`.
    pub code: &'static str,
    /// A sentence that tells a person what to do about it.
    pub detail: &'static str,
    /// The character at fault, which a person can't see.
    pub character: Option<char>,
}

impl Invalid {
    /// Creates a refusal from a code and a sentence.
    pub const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail, character: None }
    }

    /// Returns the refusal of a value that has the invisible `character` inside.
    pub const fn hidden(character: char) -> Self {
        let code =
            if character.is_ascii_control() { "control_character" } else { "hidden_character" };
        let detail = "The value has an invisible character inside; remove it.";
        Self { code, detail, character: Some(character) }
    }

    /// Returns this refusal of `text`, or the one that names the first invisible character inside
    /// the text, because a person cannot see that it is at fault.
    #[must_use]
    pub fn or_hidden(self, text: &str) -> Self {
        invisible::in_value(invisible::trim(text)).map_or(self, Self::hidden)
    }

    /// Returns whether refusals with this code name a character that a person can't see.
    pub fn is_hidden_code(code: &str) -> bool {
        ["control_character", "hidden_character"].contains(&code)
    }

    /// Returns the sentence, which names the character at fault.
    pub fn sentence(&self) -> Cow<'static, str> {
        match self.character {
            None => self.detail.into(),
            Some(c) => format!("{} It is {}.", self.detail, invisible::describe(c)).into(),
        }
    }

    /// Converts this refusal into a deserializer's error. The message carries the code and the
    /// sentence, and [`Invalid::split`] gets them back.
    pub fn into_serde<E: serde::de::Error>(self) -> E {
        E::custom(format_args!("{}{SEPARATOR}{}{SEPARATOR}", self.code, self.sentence()))
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
pub fn from_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::deserialize(ObjectOnly(deserializer))
}

/// A deserializer or a visitor that takes an object only. It passes the names of the fields on, so
/// that the error of an unknown field can list them.
struct ObjectOnly<T>(T);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(ObjectOnly(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, ObjectOnly(visitor))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectOnly<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}

/// Implements `Deserialize` for an enum with `#[serde(remote = "Self")]`: its name is read without
/// the invisible characters around it. `Serialize` is as derived.
macro_rules! deserialize_trimmed {
    ($($type:ty),+ $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$type>::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                let name = $crate::domain::invisible::trim(&text);
                <$type>::deserialize(serde::de::value::StrDeserializer::new(name))
            }
        }
    )+};
}
pub(crate) use deserialize_trimmed;

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
