//! The texts for people, in every language.
//!
//! A language is the folder `shared/texts/<tag>`: `page.json` for the invite page, `mail.json` for the
//! mails, `console.json` for the console, `plain.json` for the pages without a script. `{name}` is a value. Dates and lists follow CLDR.

mod fill;
mod html;
mod language;
mod plain;
mod words;

pub use fill::fill_plain;
pub use html::{Html, fill, inert_json};
pub use language::{Direction, Language};
pub use plain::{AddressTexts, PlainTexts, UnsubscribeTexts};
pub use words::{date_in_words, day_in_words, list_in_words};

use std::sync::OnceLock;

use serde::de::DeserializeOwned;

/// Declares the function that returns a file of a language's folder.
macro_rules! file {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub fn $name(language: Language) -> &'static str {
            match language {
                Language::En => include_str!(concat!("../../texts/en/", $file)),
                Language::De => include_str!(concat!("../../texts/de/", $file)),
                Language::Es => include_str!(concat!("../../texts/es/", $file)),
                Language::Fr => include_str!(concat!("../../texts/fr/", $file)),
                Language::Ja => include_str!(concat!("../../texts/ja/", $file)),
                Language::PtBr => include_str!(concat!("../../texts/pt-BR/", $file)),
                Language::ZhHans => include_str!(concat!("../../texts/zh-Hans/", $file)),
                Language::Ar => include_str!(concat!("../../texts/ar/", $file)),
            }
        }
    };
}

file!(
    /// Returns the texts of the invite page, as JSON.
    page, "page.json"
);
file!(
    /// Returns the texts of the mails, as JSON.
    mail, "mail.json"
);
file!(
    /// Returns the texts of the console, as JSON.
    console, "console.json"
);
file!(
    /// Returns the texts of the pages without a script, as JSON.
    plain, "plain.json"
);

/// The texts of one part of the service, each language parsed when it is first needed.
#[derive(Debug)]
pub struct Texts<T: 'static> {
    source: fn(Language) -> &'static str,
    parsed: [OnceLock<T>; Language::ALL.len()],
}

impl<T: DeserializeOwned> Texts<T> {
    /// Creates the texts of the files that `source` returns.
    pub const fn of(source: fn(Language) -> &'static str) -> Self {
        Self { source, parsed: [const { OnceLock::new() }; Language::ALL.len()] }
    }

    /// Returns the texts in the language.
    ///
    /// # Panics
    /// The file, which is a part of the program, has not the form of `T`. A test reads each of them.
    #[expect(clippy::panic, reason = "the file is compiled in, and a test reads it")]
    pub fn in_language(&'static self, language: Language) -> &'static T {
        self.parsed[language as usize].get_or_init(|| {
            serde_json::from_str((self.source)(language))
                .unwrap_or_else(|error| panic!("the texts in {}: {error}", language.tag()))
        })
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
