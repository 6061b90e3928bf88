//! Free text and metadata: names, descriptions, messages, and the data of API clients.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{Invalid, deserialize_by_parse};

/// The inviter's message: at most 500 characters, with line breaks as the only control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Message(String);

/// The reason why a text is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAMessage {
    /// The text has more than 500 characters.
    TooLong,
    /// The text has a control character other than a line break.
    ControlCharacter,
}

impl From<NotAMessage> for Invalid {
    fn from(why: NotAMessage) -> Self {
        match why {
            NotAMessage::TooLong => {
                Self::new("message_too_long", "A message may have at most 500 characters.")
            }
            NotAMessage::ControlCharacter => Self::new(
                "control_character",
                "A message may not have control characters other than line breaks.",
            ),
        }
    }
}

impl Message {
    /// Parses a message and normalizes it to NFC.
    pub fn parse(text: &str) -> Result<Self, NotAMessage> {
        let text: String = text.nfc().collect();
        let forbidden = |c: char| c.is_control() && c != '\n';
        if text.chars().count() > 500 {
            Err(NotAMessage::TooLong)
        } else if text.chars().any(forbidden) {
            Err(NotAMessage::ControlCharacter)
        } else {
            Ok(Self(text))
        }
    }

    /// Returns the message as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line of text, such as a name: 1 to `MAX` characters, not blank, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// A person's first or last name, a group's name, or a title.
pub type Name = Line<100>;

/// A longer description of a group or a person.
pub type Description = Line<1000>;

impl<const MAX: usize> Line<MAX> {
    /// Parses a line of text, trims it and normalizes it to NFC.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text: String = text.trim().nfc().collect();
        if text.chars().any(char::is_control) {
            Err(Invalid::new("control_character", "This text may not have control characters."))
        } else if text.is_empty() {
            Err(Invalid::new("blank", "This text may not be blank; leave the field out instead."))
        } else if text.chars().count() > MAX {
            Err(Invalid::new("too_long", "This text is too long."))
        } else {
            Ok(Self(text))
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Line<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(Invalid::into_serde)
    }
}

deserialize_by_parse!(Message);

/// A JSON object that belongs to the API's client, of at most 4 KiB. It is returned as given,
/// except that its keys are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, serde_json::Value>);

impl Metadata {
    /// The most bytes of the object, serialized as JSON.
    pub const MAX_BYTES: usize = 4096;

    /// Creates the metadata, or refuses an object that is too large.
    pub fn new(object: BTreeMap<String, serde_json::Value>) -> Result<Self, Invalid> {
        let too_large =
            Invalid::new("metadata_too_large", "Metadata may have at most 4096 bytes as JSON.");
        let bytes = serde_json::to_vec(&object).map_err(|_| too_large)?.len();
        if bytes > Self::MAX_BYTES { Err(too_large) } else { Ok(Self(object)) }
    }

    /// Returns this object merged with `other`, whose fields win, or refuses a result that is too
    /// large.
    pub fn with(&self, other: &Self) -> Result<Self, Invalid> {
        Self::new(self.0.clone().into_iter().chain(other.0.clone()).collect())
    }

    /// Returns the value of `key`.
    pub fn get(&self, key: &str) -> Option<&serde_json::Value> {
        self.0.get(key)
    }
}

/// Data that one API stores on an invite for its own answers, of at most 4 KiB. No other API shows
/// it.
pub type ApiData = Metadata;

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(BTreeMap::deserialize(deserializer)?).map_err(Invalid::into_serde)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn messages_are_short_and_without_control_characters() {
        assert!(Message::parse("Join us!\nAda").is_ok());
        assert!(Message::parse(&"é".repeat(500)).is_ok());
        assert_eq!(Message::parse(&"é".repeat(501)), Err(NotAMessage::TooLong));
        assert_eq!(Message::parse("a\u{0}b"), Err(NotAMessage::ControlCharacter));
        assert_eq!(Message::parse("a\r\nb"), Err(NotAMessage::ControlCharacter));
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(Name::parse("  Ada  ").unwrap().as_str(), "Ada");
        for text in ["", "   ", "a\nb", "a\u{1b}[31m", &"a".repeat(101)] {
            assert!(Name::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn metadata_is_capped() {
        let object = |length| {
            BTreeMap::from([("k".to_owned(), serde_json::Value::from("x".repeat(length)))])
        };
        assert!(Metadata::new(object(4096 - 8)).is_ok());
        assert!(Metadata::new(object(4097 - 8)).is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".{0,120}") {
            let _message = Message::parse(&text);
            let _name = Name::parse(&text);
        }
    }
}
