//! What a caveat may say, and what all of a macaroon's caveats say together.

use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;

/// The caveat that says what a token is for. Every token needs it: a macaroon for anything else
/// opens no group.
pub const TOKEN_TYPE: &str = "tokenType = group_invite_user_token";

/// What a macaroon asks of whoever uses it. Each caveat only adds to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caveats {
    until: Option<Timestamp>,
    users: Vec<UserId>,
    addresses: Vec<EmailAddress>,
}

impl Caveats {
    /// Reads every caveat; none where one says something that is not known here, or none says what
    /// the token is for.
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
                _ => return None,
            }
        }
        for_groups.then_some(caveats)
    }

    /// The caveat that ends a token at this instant.
    pub(super) fn time_before(end: Timestamp) -> String {
        format!("time < {}", end.seconds())
    }

    /// Whether the token's time is over: at the very second that its strictest caveat names.
    pub fn over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now >= until)
    }

    /// Whether the token may be used by this user.
    pub fn admits_user(&self, user: &UserId) -> bool {
        self.users.iter().all(|named| named == user)
    }

    /// Whether the token may be used by whoever has this address.
    pub fn admits_address(&self, address: Option<&EmailAddress>) -> bool {
        self.addresses.iter().all(|named| Some(named) == address)
    }
}

/// Seconds since the epoch in plain digits: no sign, no leading zero, no year after 9999, which is
/// what milliseconds would be.
fn instant(text: &str) -> Option<Timestamp> {
    let seconds: i64 = text.parse().ok()?;
    let instant = Timestamp::from_seconds(seconds);
    (instant.seconds() == seconds && seconds.to_string() == text).then_some(instant)
}

/// An address without anything around it.
fn address(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(text).ok().filter(|address| address.as_str() == text)
}
