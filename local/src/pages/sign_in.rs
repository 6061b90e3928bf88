//! The sign-in page, and the page that refuses to sign in.

use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::answer::page;
use crate::demo::Person;

/// The template of the sign-in page.
#[derive(Template)]
#[template(path = "sign-in.html")]
pub(crate) struct SignInPage<'a> {
    /// The name of the app whose login this page stands for.
    pub(crate) app: &'a str,
    /// The page that asks, in words.
    pub(crate) asker: &'a str,
    /// The host of the page that asks.
    pub(crate) host: String,
    /// The URL that leads back without signing in.
    pub(crate) back: String,
    /// The URL that receives the token.
    pub(crate) redirect_uri: &'a str,
    /// The caller's state, which is returned unchanged.
    pub(crate) state: &'a str,
    /// What the form's fields have.
    pub(crate) email: &'a str,
    /// The name in the form.
    pub(crate) name: &'a str,
    /// The user id in the form.
    pub(crate) sub: &'a str,
    /// Why the form was refused. `None` for a new form.
    pub(crate) problem: Option<Problem>,
    /// The people who can be chosen: a heading, and those below it.
    pub(crate) choices: Vec<(&'static str, Vec<Choice<'a>>)>,
}

/// A person who can be chosen.
pub(crate) struct Choice<'a> {
    /// The field that signs the person in: `sub` or `email`.
    pub(crate) field: &'static str,
    /// Its value.
    pub(crate) value: &'a str,
    /// The person's name, or the address where the name is unknown.
    pub(crate) name: &'a str,
    /// What else tells the person from others.
    pub(crate) hint: String,
}

impl<'a> Choice<'a> {
    /// Returns the choice of a demo person.
    pub(crate) fn person(person: &'a Person) -> Self {
        Self::known(person, &[person.email, person.about])
    }

    /// Returns the choice of a person of the APIs' examples, who is known by the id.
    pub(crate) fn example(person: &'a Person) -> Self {
        Self::known(person, &[person.sub, person.email, person.about])
    }

    fn known(person: &'a Person, hints: &[&str]) -> Self {
        let hints: Vec<&str> = hints.iter().copied().filter(|hint| !hint.is_empty()).collect();
        Self { field: "sub", value: person.sub, name: person.name, hint: hints.join(" · ") }
    }

    /// Returns the choice of an address that belongs to no demo person.
    pub(crate) fn address(address: &'a str) -> Self {
        Self { field: "email", value: address, name: address, hint: String::new() }
    }

    /// Returns the first letters of the name.
    fn initials(&self) -> String {
        let words = self.name.split(['@', ' ', '.', '-', '_']).filter(|word| !word.is_empty());
        words.take(2).filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
    }
}

/// Why a form was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Neither an address nor a user id was given.
    Missing,
    /// The address is none.
    Email,
    /// The user id has characters that ids do not have, or too many.
    Sub,
}

impl Problem {
    /// Returns what is wrong with the address, or an empty text.
    fn of_email(self) -> &'static str {
        match self {
            Self::Missing => "Enter an e-mail address, or choose a person above.",
            Self::Email => "This is not an e-mail address. One looks like ada@example.com.",
            Self::Sub => "",
        }
    }

    /// Returns what is wrong with the user id, or an empty text.
    fn of_sub(self) -> &'static str {
        match self {
            Self::Sub => "A user id has 1 to 64 letters, digits, hyphens and underscores.",
            Self::Missing | Self::Email => "",
        }
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    wanted: &'a str,
}

/// Returns the sign-in page.
pub(crate) fn sign_in(sign_in: &SignInPage<'_>) -> Response<Body> {
    let refused = sign_in.problem.is_some();
    page(if refused { StatusCode::BAD_REQUEST } else { StatusCode::OK }, sign_in)
}

/// Refuses to send a token to the URL `wanted`.
pub(crate) fn refused(wanted: &str) -> Response<Body> {
    page(StatusCode::BAD_REQUEST, &RefusedPage { wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_two_words_at_most() {
        let initials = |name| Choice::address(name).initials();
        assert_eq!(initials("ada lovelace"), "AL");
        assert_eq!(initials("ada@example.com"), "AE");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn a_choice_says_what_is_known() {
        let person = Person { sub: "7", name: "Ada", email: "", about: "owns P1" };
        assert_eq!(Choice::person(&person).hint, "owns P1");
        assert_eq!(Choice::example(&person).hint, "7 · owns P1");
    }
}
