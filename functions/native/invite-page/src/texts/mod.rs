//! The texts of the page and of its script, from the files of each language
//! (`shared/texts/<tag>/page.json`).

mod form;

pub(crate) use form::{Script, Texts, Titled};
use shared::texts::{self, Language};

static TEXTS: texts::Texts<Texts> = texts::Texts::of(texts::page);

impl Texts {
    /// Returns the texts in the language.
    pub(crate) fn in_language(language: Language) -> &'static Self {
        TEXTS.in_language(language)
    }

    /// Returns the roles in words. A role that the app made up keeps its name.
    pub(crate) fn roles(&self, roles: &[String]) -> Vec<String> {
        let names = &self.script.roles;
        roles.iter().map(|role| names.get(role).unwrap_or(role).clone()).collect()
    }
}
