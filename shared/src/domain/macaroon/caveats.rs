//! The caveats that this service knows, and the conditions that a macaroon's caveats add up to.

use crate::domain::clock::Timestamp;
use crate::domain::email::{EmailAddress, parse_domain};
use crate::domain::ids::UserId;

/// The type of a token that joins a group. Every token needs this caveat, so a macaroon for another
/// purpose is refused.
pub const TOKEN_TYPE: &str = "tokenType = group_invite_user_token";

/// The conditions for using a macaroon. Each caveat only adds conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caveats {
    until: Option<Timestamp>,
    users: Vec<UserId>,
    addresses: Vec<EmailAddress>,
    domains: Vec<String>,
}

impl Caveats {
    /// Parses the caveats. `None` if one of them is unknown, or if the type is missing.
    pub(super) fn read<'a>(predicates: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let mut caveats = Self::default();
        let mut for_groups = false;
        for predicate in predicates {
            let text = std::str::from_utf8(predicate).ok()?;
            match text.split_once(' ')? {
                _ if text == TOKEN_TYPE => for_groups = true,
                ("time", rest) => {
                    let end = instant(rest.strip_prefix("< ")?)?;
                    caveats.until = Some(caveats.until.map_or(end, |until| until.min(end)));
                }
                ("user", rest) => caveats.users.push(UserId::parse(rest.strip_prefix("= ")?).ok()?),
                ("email", rest) => caveats.addresses.push(address(rest.strip_prefix("= ")?)?),
                ("domain", rest) => caveats.domains.push(domain(rest.strip_prefix("= ")?)?),
                _ => return None,
            }
        }
        for_groups.then_some(caveats)
    }

    /// Returns the caveat that ends a token at `end`.
    pub(super) fn time_before(end: Timestamp) -> String {
        format!("time < {}", end.seconds())
    }

    /// Returns the caveat that admits only a person with this verified address.
    pub(super) fn address_is(address: &EmailAddress) -> String {
        format!("email = {}", address.as_str())
    }

    /// Returns the caveat that admits only people with a verified address of this mail domain.
    pub(super) fn domain_is(domain: &str) -> String {
        format!("domain = {domain}")
    }

    /// Returns when the token expires by its own caveats. `None` if it expires with its invite. The
    /// invite may end before.
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Returns whether the token has expired: from the second that the earliest `time` caveat
    /// names.
    pub fn over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now >= until)
    }

    /// Returns whether the token has expired before its invite, which ends at `end`.
    pub fn over_before(&self, end: Option<Timestamp>, now: Timestamp) -> bool {
        self.over(now) && self.until.is_some_and(|until| end.is_none_or(|end| until < end))
    }

    /// Returns whether this user may use the token.
    pub fn admits_user(&self, user: &UserId) -> bool {
        self.users.iter().all(|named| named == user)
    }

    /// Returns whether a person with this verified address may use the token.
    pub fn admits_address(&self, address: Option<&EmailAddress>) -> bool {
        let of_domain = |domain: &String| address.is_some_and(|own| own.domain() == domain);
        self.addresses.iter().all(|named| Some(named) == address)
            && self.domains.iter().all(of_domain)
    }
}

/// Parses seconds since the epoch in plain digits, without a sign or leading zeros. Years after
/// 9999 are refused, because such a number is probably in milliseconds.
fn instant(text: &str) -> Option<Timestamp> {
    let seconds: i64 = text.parse().ok()?;
    let instant = Timestamp::from_seconds(seconds);
    (instant.seconds() == seconds && seconds.to_string() == text).then_some(instant)
}

/// Parses an address without surrounding white space.
fn address(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(text).ok().filter(|address| address.as_str() == text)
}

/// Parses a mail domain in lower-case ASCII, without surrounding white space.
fn domain(text: &str) -> Option<String> {
    parse_domain(text).ok().filter(|domain| domain == text)
}
