//! The form of the sign-in page, and the person whom it signs in.

use serde::Deserialize;

use crate::demo::{Person, person};
use crate::issuer::TokenRequest;
use crate::pages::Problem;

/// The longest address.
const ADDRESS_LENGTH: usize = 254;
/// The longest user id.
const ID_LENGTH: usize = 64;

/// The fields of the sign-in page's form. The page's query has only the first three.
#[derive(Default, Deserialize)]
pub(crate) struct SignIn {
    /// The URL that receives the token.
    #[serde(default)]
    pub(super) redirect_uri: String,
    /// The caller's state, which is returned unchanged.
    pub(super) state: Option<String>,
    /// The address with which the form is prefilled.
    #[serde(default)]
    pub(super) login_hint: String,
    #[serde(default)]
    pub(super) sub: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) name: String,
}

/// Returns the person to sign in. Demo people have their own id, name and address, and others an
/// id made from the address unless the form has one.
///
/// # Errors
/// The problem of the form.
pub(super) fn signed_in(form: &SignIn, demo: bool) -> Result<TokenRequest, Problem> {
    let [sub, email, name] = [&form.sub, &form.email, &form.name].map(|field| field.trim());
    if sub.is_empty() && email.is_empty() {
        return Err(Problem::Missing);
    }
    if !email.is_empty() && !is_address(email) {
        return Err(Problem::Email);
    }
    if !sub.is_empty() && !is_id(sub) {
        return Err(Problem::Sub);
    }
    let is_meant = |person: &Person| match sub {
        "" => person.email.eq_ignore_ascii_case(email),
        sub => person.sub == sub,
    };
    let known = if demo { person(is_meant) } else { None };
    let or_known = |given: &str, of: fn(&Person) -> &'static str| {
        let value = if given.is_empty() { known.map_or("", of) } else { given };
        (!value.is_empty()).then(|| value.to_owned())
    };
    Ok(TokenRequest {
        sub: or_known(sub, |person| person.sub).unwrap_or_else(|| user_id(email)),
        email: or_known(email, |person| person.email),
        name: or_known(name, |person| person.name),
        ..TokenRequest::default()
    })
}

/// Returns whether `text` has the form of an address.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    text.len() <= ADDRESS_LENGTH
        && !text.contains(char::is_whitespace)
        && parts.is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
}

fn is_id(text: &str) -> bool {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    text.len() <= ID_LENGTH && text.chars().all(allowed)
}

/// Returns a user id for an e-mail address: its letters, digits and `_`, with `-` for all other
/// characters.
fn user_id(email: &str) -> String {
    let id: String = email
        .trim()
        .to_lowercase()
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() || char == '_' { char } else { '-' })
        .collect();
    id.chars().take(ID_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_signs_in_without_an_address_or_an_id() {
        let form = |sub: &str, email: &str| SignIn {
            sub: sub.into(),
            email: email.into(),
            ..SignIn::default()
        };
        let problem = |sub, email| signed_in(&form(sub, email), true).unwrap_err();
        assert_eq!(problem("", " "), Problem::Missing);
        for email in ["ada", "ada@", "@example.com", "ada@b@c", "a da@example.com"] {
            assert_eq!(problem("", email), Problem::Email, "{email}");
        }
        for sub in ["a b", "é", "a/b", &"a".repeat(65)] {
            assert_eq!(problem(sub, ""), Problem::Sub, "{sub}");
        }
    }

    #[test]
    fn demo_people_are_known_by_id_or_address() {
        let signs_in = |sub: &str, email: &str, demo| {
            let form = SignIn { sub: sub.into(), email: email.into(), ..SignIn::default() };
            let person = signed_in(&form, demo).unwrap();
            (person.sub, person.email.unwrap_or_default(), person.name.unwrap_or_default())
        };
        let all = |parts: [&str; 3]| {
            let [sub, email, name] = parts.map(str::to_owned);
            (sub, email, name)
        };
        let grace = all(["grace", "grace@example.com", "Grace Hopper"]);
        assert_eq!(signs_in("grace", "", true), grace);
        assert_eq!(
            signs_in("", "Grace@example.com", true),
            all(["grace", "Grace@example.com", "Grace Hopper"])
        );
        assert_eq!(signs_in("29842", "", true), all(["29842", "", "Generic User"]));
        assert_eq!(signs_in("29842", "", false), all(["29842", "", ""]));
        assert_eq!(signs_in("", "bob@x.org", true), all(["bob-x-org", "bob@x.org", ""]));
    }

    #[test]
    fn an_address_becomes_a_user_id() {
        assert_eq!(user_id(" Ada.Lovelace+x@Example.com"), "ada-lovelace-x-example-com");
        assert_eq!(user_id(&"é".repeat(100)).len(), 64);
    }
}
