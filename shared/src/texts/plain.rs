//! The texts of the pages without a script.

use serde::Deserialize;

use super::{Language, Texts, plain};

static TEXTS: Texts<PlainTexts> = Texts::of(plain);

/// A heading and a text.
type Titled = (String, String);

/// The texts of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainTexts {
    /// The pages of an unsubscription.
    pub unsubscribe: UnsubscribeTexts,
    /// The pages of an address below `/i/` that is none.
    pub address: AddressTexts,
}

/// The pages of an unsubscription.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsubscribeTexts {
    /// Asks whether the mails should end.
    pub question: Titled,
    /// The mails have ended.
    pub unsubscribed: Titled,
    /// The link is not known.
    pub unknown: Titled,
    /// The table cannot be reached.
    pub unavailable: Titled,
    /// A mistake of ours.
    pub failed: Titled,
    /// The button that unsubscribes.
    pub stop: String,
    /// The button that tries again.
    pub retry: String,
}

/// The pages of an address below `/i/` that is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressTexts {
    /// The line above the page, in place of the app's name.
    pub invitation: String,
    /// The address exists, and takes another method.
    pub shows_only: Titled,
    /// The address does not exist.
    pub unknown: Titled,
}

impl PlainTexts {
    /// Returns the texts in the language.
    pub fn in_language(language: Language) -> &'static Self {
        TEXTS.in_language(language)
    }
}
