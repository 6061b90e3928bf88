//! E-mail addresses, kept as typed for display and compared by a normalized key.

use std::fmt;

use serde::Serialize;

use super::ids::InviteId;
use super::invisible::{in_value, trim};
use super::{Invalid, deserialize_by_parse};

/// An e-mail address as typed, with the key that comparisons use.
///
/// `Debug` shows the masked address, so that no full address reaches a log by accident.
#[derive(Clone, Serialize)]
#[serde(into = "String")]
pub struct EmailAddress {
    typed: String,
    key: String,
}

const INVALID: Invalid = Invalid::new(
    "invalid_email",
    "Give an e-mail address that can receive mail, such as ada@example.com.",
);

impl EmailAddress {
    /// Parses one address.
    ///
    /// - The local part is an ASCII dot-atom of at most 64 octets (RFC 5321 §4.5.3.1).
    /// - The domain has at least two labels (IDNA by UTS 46).
    /// - The whole address has at most 254 octets.
    /// - Comments, quoted strings, display names and address literals are refused.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let typed = trim(text).to_owned();
        // IDNA ignores some invisible characters, so a domain with one would pass.
        if in_value(&typed).is_some() {
            return Err(INVALID.or_hidden(&typed));
        }
        let (local, domain) = typed.split_once('@').ok_or(INVALID)?;
        let ascii_domain = to_ascii_domain(domain).ok_or(INVALID)?;
        let key = format!("{}@{ascii_domain}", local.to_ascii_lowercase());
        if is_dot_atom(local) && is_domain(&ascii_domain) && key.len() <= 254 && typed.len() <= 254
        {
            Ok(Self { typed, key })
        } else {
            Err(INVALID)
        }
    }

    /// Returns the address in place of the one that was removed from this invite. No domain ends in
    /// `.invalid` (RFC 2606), so nobody can prove it or get mail at it.
    pub fn anonymous(invite: InviteId) -> Self {
        let address = format!("{invite}@anonymous.invalid");
        Self { key: address.clone(), typed: address }
    }

    /// Returns the address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// Returns the address for comparison: letters in lower case, and the domain in its ASCII form.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the address with its local part as typed and its domain in ASCII, the only form in
    /// which every mail server accepts it.
    pub fn mailbox(&self) -> String {
        let local = self.typed.split_once('@').map_or("", |(local, _)| local);
        format!("{local}@{}", self.domain())
    }

    /// Returns the mailbox that the address probably leads to: without a `+` tag, and without dots
    /// at Gmail. Only limits use it. It never identifies a person, because other providers may give
    /// these addresses to two people.
    pub fn abuse_key(&self) -> String {
        let (local, domain) = self.key.split_once('@').unwrap_or((&self.key, ""));
        let untagged = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
        match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", untagged.replace('.', "")),
            _ => format!("{untagged}@{domain}"),
        }
    }

    /// Returns the domain in lower-case ASCII.
    pub fn domain(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Returns what a stranger may see of the address: its first character and its domain.
    pub fn masked(&self) -> String {
        format!("{}•••@{}", self.typed.chars().next().unwrap_or('•'), self.domain())
    }
}

/// Parses a mail domain of an allow-list or block-list into lower-case ASCII. People also write
/// `@example.com`, and the root's full stop: `example.com.`.
pub fn parse_domain(text: &str) -> Result<String, Invalid> {
    let invalid = Invalid::new("invalid_domain", "Give a mail domain, such as example.com.");
    let typed = trim(text);
    let plain = trim(typed.strip_prefix('@').unwrap_or(typed));
    let plain = plain.strip_suffix('.').unwrap_or(plain);
    to_ascii_domain(plain)
        .filter(|domain| is_domain(domain) && in_value(plain).is_none())
        .ok_or_else(|| invalid.or_hidden(plain))
}

/// Converts the domain to lower-case ASCII (UTS 46). A label that only looks like ASCII, such as
/// one in full-width letters, is refused, because people could not tell it from the real ASCII
/// label.
fn to_ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?.to_ascii_lowercase();
    let plain = |(typed, mapped): (&str, &str)| typed.is_ascii() || mapped.starts_with("xn--");
    let as_many_labels = domain.split('.').count() == ascii.split('.').count();
    (as_many_labels && domain.split('.').zip(ascii.split('.')).all(plain)).then_some(ascii)
}

/// Returns whether `local` is a `Dot-string` (RFC 5321 §4.1.2) of at most 64 octets.
fn is_dot_atom(local: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte))
    };
    // `=?` starts an encoded word (RFC 2047), which some mail readers decode into another address.
    local.len() <= 64 && !local.contains("=?") && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && !top.bytes().all(|byte| byte.is_ascii_digit())
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for EmailAddress {}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.typed
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

deserialize_by_parse!(EmailAddress);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_keeps_its_spelling_and_compares_without_case() {
        let address = EmailAddress::parse(" Ada.Lovelace@Example.COM ").unwrap();
        assert_eq!(address.as_str(), "Ada.Lovelace@Example.COM");
        assert_eq!(address.key(), "ada.lovelace@example.com");
        assert_eq!(address, EmailAddress::parse("ada.lovelace@example.com").unwrap());
        assert_eq!(address.masked(), "A•••@example.com");
        assert_eq!(format!("{address:?}"), "A•••@example.com");
    }

    #[test]
    fn addresses_with_tags_or_dots_are_different() {
        assert_ne!(
            EmailAddress::parse("ada+x@example.com").unwrap(),
            EmailAddress::parse("ada@example.com").unwrap()
        );
        assert_ne!(
            EmailAddress::parse("a.da@example.com").unwrap(),
            EmailAddress::parse("ada@example.com").unwrap()
        );
    }

    #[test]
    fn the_abuse_key_ignores_tags_and_dots_at_gmail() {
        let key = |address| EmailAddress::parse(address).unwrap().abuse_key();
        assert_eq!(key("Ada+x+y@example.com"), "ada@example.com");
        assert_eq!(key("a.da@example.com"), "a.da@example.com");
        assert_eq!(key("A.d.a+x@GoogleMail.com"), "ada@gmail.com");
        assert_eq!(key("+x@example.com"), "+x@example.com");
    }

    #[test]
    fn international_domains_compare_by_their_ascii_form() {
        assert_eq!(
            EmailAddress::parse("ada@bücher.example").unwrap(),
            EmailAddress::parse("ada@xn--bcher-kva.example").unwrap()
        );
    }

    #[test]
    fn anything_but_one_plain_mailbox_is_refused() {
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@@example.com",
            "ada@b@example.com",
            "ada@example",
            "ada@.com",
            "ada@example..com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "\"a b\"@example.com",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "a@example.com,b@example.com",
            "a@example.com;b@example.com",
            "a@example.com\nBcc: b@example.com",
            "=?utf-8?q?ada?=@example.com",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "ada(x)@example.com",
            "mıke@example.com",
            "ａda@example.com",
            "ada@-example.com",
            "ada@exa mple.com",
            "ada@example.com\0",
            "ada@example.com%00@evil.org",
            "ada@exam_ple.com",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
        assert!(EmailAddress::parse(&format!("a@{}.com", "a".repeat(64))).is_err());
        assert!(EmailAddress::parse(&format!("a@{}", "abcdefgh.".repeat(30))).is_err());
    }

    #[test]
    fn a_non_ascii_address_never_has_the_key_of_an_ascii_address() {
        for character in ('\u{80}'..=char::MAX).filter(|c| !c.is_control()) {
            assert!(
                EmailAddress::parse(&format!("a{character}@example.org")).is_err(),
                "{character:?}"
            );
            let in_domain = EmailAddress::parse(&format!("a@x{character}.org"));
            assert!(
                in_domain.is_err() || in_domain.unwrap().domain().starts_with("xn--"),
                "{character:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_round_trips(text in "\\PC{0,60}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(&EmailAddress::parse(address.as_str()).unwrap(), &address);
                prop_assert_eq!(&EmailAddress::parse(address.key()).unwrap(), &address);
            }
        }

        #[test]
        fn plain_addresses_are_accepted(local in "[a-z0-9]{1,20}(\\.[a-z0-9]{1,20})?", domain in "[a-z]{1,20}\\.[a-z]{2,6}") {
            let text = format!("{local}@{domain}");
            let address = EmailAddress::parse(&text).unwrap();
            prop_assert_eq!(address.key(), text.as_str());
        }
    }
}
