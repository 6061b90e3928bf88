//! Language tags, as in "de-CH".

use serde::Serialize;

use super::invisible::trim;
use super::{Invalid, deserialize_by_parse};

/// A well-formed language tag (RFC 5646 §2.1), such as `en` or `de-CH`. Hyphens separate its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The longest tag, in bytes (RFC 5646 §4.4.1).
    const LONGEST: usize = 35;

    /// Parses the tag. Underscores between its parts become hyphens.
    ///
    /// # Errors
    /// `invalid_locale`, `hidden_character` or `control_character`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let tag = trim(text).replace('_', "-");
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let is_language =
            (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
        let is_part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if tag.len() <= Self::LONGEST && is_language && parts.all(is_part) {
            return Ok(Self(tag));
        }
        let rule = Invalid::new("invalid_locale", "Give a language tag such as 'en' or 'de-CH'.");
        Err(rule.or_hidden(text))
    }

    /// Returns the tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

deserialize_by_parse!(LanguageTag);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_a_language_and_further_parts() {
        for (text, tag) in [("en", "en"), (" de-CH\n", "de-CH"), ("zh_Hant_TW", "zh-Hant-TW")] {
            assert_eq!(LanguageTag::parse(text).unwrap().as_str(), tag);
        }
        for text in ["", "e", "12", "en-", "en--GB", "de CH", "en-thispartistoolong", "<b>"] {
            assert_eq!(LanguageTag::parse(text).unwrap_err().code, "invalid_locale", "{text}");
        }
        let long = format!("en{}", "-abcdefgh".repeat(4));
        assert!(LanguageTag::parse(&long).is_err());
        assert_eq!(LanguageTag::parse("de\u{200b}CH").unwrap_err().character, Some('\u{200b}'));
    }
}
