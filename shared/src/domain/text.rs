//! Free text and metadata: names, descriptions, messages, and the data of API clients.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::display_name::{one_line, shorten};
use super::invisible::{in_prose, in_value, is_visible, trim, trim_prose};
use super::{Invalid, deserialize_by_parse};

/// The line ends besides CR LF that a message may have.
const LINE_ENDS: [char; 4] = ['\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// The inviter's message: at most 500 characters, with line breaks as the only control characters.
/// It is trimmed, and every line break is `\n`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Message(String);

/// The reason why a text is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAMessage {
    /// The text has more than 500 characters.
    TooLong,
    /// The text has a control character other than a line break, or an invisible character that no
    /// script needs.
    HiddenCharacter(char),
}

impl From<NotAMessage> for Invalid {
    fn from(why: NotAMessage) -> Self {
        match why {
            NotAMessage::TooLong => {
                Self::new("message_too_long", "A message may have at most 500 characters.")
            }
            NotAMessage::HiddenCharacter(c) => Self::hidden(c),
        }
    }
}

impl Message {
    /// Parses a message, trims it and normalizes it to NFC.
    pub fn parse(text: &str) -> Result<Self, NotAMessage> {
        let text: String = text.nfc().collect();
        let text = trim_prose(&text).replace("\r\n", "\n").replace(LINE_ENDS, "\n");
        if text.chars().count() > 500 {
            Err(NotAMessage::TooLong)
        } else if let Some(c) = text.split('\n').find_map(in_prose) {
            Err(NotAMessage::HiddenCharacter(c))
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
        let text: String = text.nfc().collect();
        let text = trim_prose(&text);
        if let Some(c) = in_prose(text) {
            Err(Invalid::hidden(c))
        } else if !is_visible(text) {
            Err(Invalid::new("blank", "This text may not be blank; leave the field out instead."))
        } else if text.chars().count() > MAX {
            Err(Invalid::new("too_long", "This text is too long."))
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Reads a line that nobody can correct, such as a name in an access token: what may not be
    /// inside is removed, and a text that is too long is shortened. `None` if nothing visible is
    /// left.
    pub fn repair(text: &str) -> Option<Self> {
        let line = one_line(text);
        // What a reader sees as one character may be several.
        let mut shortened = (1..=MAX).rev().map(|limit| shorten(&line, limit));
        let fitting = shortened.find(|text| text.chars().count() <= MAX)?;
        Self::parse(&fitting).ok()
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

/// A value of 1 to `MAX` characters that is no prose, such as a language: nothing invisible and no
/// blanks inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Word<const MAX: usize>(String);

impl<const MAX: usize> Word<MAX> {
    /// Parses the value and trims it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let Line(line) = Line::<MAX>::parse(text)?;
        match in_value(text) {
            Some(c) => Err(Invalid::hidden(c)),
            None => Ok(Self(line)),
        }
    }

    /// Returns the value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Word<MAX> {
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
        assert_eq!(Message::parse("a\u{0}b"), Err(NotAMessage::HiddenCharacter('\0')));
        assert_eq!(Message::parse("a\u{200b}b"), Err(NotAMessage::HiddenCharacter('\u{200b}')));
        assert_eq!(Message::parse(&"a\r\n".repeat(250)).map(|m| m.0.len()), Ok(499));
        assert_eq!(
            Message::parse("\u{feff}a\r\nb\rc\u{2028}d \u{200b}\r\n").unwrap().as_str(),
            "a\nb\nc\nd"
        );
        assert_eq!(
            Message::parse("می\u{200c}خواهم 👩\u{200d}🚀").unwrap().as_str(),
            "می\u{200c}خواهم 👩\u{200d}🚀"
        );
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(Name::parse("  Ada  ").unwrap().as_str(), "Ada");
        assert_eq!(Name::parse("\u{2068}Ada\u{2069}\u{200b}\r\n").unwrap().as_str(), "Ada");
        for text in ["", "   ", "a\nb", "a\u{1b}[31m", &"a".repeat(101)] {
            assert!(Name::parse(text).is_err(), "{text:?}");
        }
        for text in ["\u{200b}", "\u{3164}", "\u{2800}\u{2800}", "\u{200d}\u{fe0f}", "\u{301}"] {
            assert_eq!(Name::parse(text).unwrap_err().code, "blank", "{text:?}");
        }
        let refused = Name::parse("A\u{200b}da").unwrap_err();
        assert_eq!((refused.code, refused.character), ("hidden_character", Some('\u{200b}')));
        assert!(refused.sentence().contains("U+200B ZERO WIDTH SPACE"));
    }

    #[test]
    fn a_line_that_nobody_can_correct_is_repaired() {
        let repaired = |text: &str| Name::repair(text).map(|name| name.as_str().to_owned());
        assert_eq!(repaired("A\u{200b}da\r\n\u{202e}Lovelace").as_deref(), Some("Ada Lovelace"));
        assert_eq!(repaired(&"x".repeat(200)).map(|name| name.chars().count()), Some(100));
        // Two and seven characters each, of which a reader sees one.
        assert_eq!(repaired(&"नि".repeat(60)), Some(format!("{}…", "नि".repeat(49))));
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(repaired(&family.repeat(20)), Some(format!("{}…", family.repeat(14))));
        assert_eq!(repaired("\u{200b}"), None);
    }

    #[test]
    fn a_word_has_nothing_invisible_inside() {
        assert_eq!(Word::<35>::parse("\u{feff}de-CH\n").unwrap().as_str(), "de-CH");
        assert_eq!(Word::<35>::parse("de\u{200d}CH").unwrap_err().character, Some('\u{200d}'));
        assert!(Word::<35>::parse("\u{200b}").is_err());
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
            prop_assert_eq!(Message::parse(&text), Message::parse(trim_prose(&text)));
            prop_assert_eq!(Name::parse(&text), Name::parse(trim_prose(&text)));
            prop_assert_eq!(Word::<35>::parse(&text), Word::<35>::parse(trim(&text)));
            if let Ok(name) = Name::parse(&text) {
                prop_assert_eq!(Name::parse(name.as_str()), Ok(name));
            }
        }
    }
}
