//! Identities that a person can prove besides a user id: e-mail addresses, phone numbers and
//! platform accounts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::email::EmailAddress;
use super::invisible::trim;
use super::{Invalid, deserialize_by_parse, from_object};

/// A phone number in E.164: `+` and 7 to 15 digits, not starting with 0. `Debug` shows only its
/// last two digits.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Parses a number that is already in E.164.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = trim(text);
        let digits = text.strip_prefix('+').unwrap_or_default();
        let fits = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
        if fits && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "invalid_phone",
                "Give the phone number in E.164 format, such as +19199993333.",
            )
            .or_hidden(text))
        }
    }

    /// Returns the number in place of those that were removed from invites. No country has the code
    /// 999.
    pub fn anonymous() -> Self {
        Self("+9990000000".to_owned())
    }

    /// Returns the number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what a stranger may see of the number: its last two digits.
    pub fn masked(&self) -> String {
        format!("+•••{}", &self.0[self.0.len() - 2..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

deserialize_by_parse!(PhoneNumber);

/// An account on another platform: a membership type and an id of that type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// The platform's number, above 0. `-1` (All) and `0` (None) are no platforms.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub membership_type: i32,
    /// The id on that platform: a positive int64 in decimal digits.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[1-9][0-9]{0,18}$"))]
    pub membership_id: String,
}

#[derive(Deserialize)]
struct RawAccount {
    membership_type: i32,
    membership_id: String,
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: RawAccount = from_object(deserializer)?;
        Self::new(raw.membership_type, &raw.membership_id).map_err(Invalid::into_serde)
    }
}

/// At most 20 different accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Accounts(Vec<Account>);

impl Accounts {
    /// The most accounts of one user.
    pub const MAX: usize = 20;

    /// Creates the list, or refuses more than 20 accounts or a repeated one.
    pub fn new(accounts: Vec<Account>) -> Result<Self, Invalid> {
        let repeated =
            accounts.iter().enumerate().any(|(at, account)| accounts[..at].contains(account));
        if accounts.len() > Self::MAX || repeated {
            Err(Invalid::new("invalid_accounts", "Give at most 20 different accounts."))
        } else {
            Ok(Self(accounts))
        }
    }

    /// Returns the accounts, in the order given.
    pub fn as_slice(&self) -> &[Account] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Accounts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(Invalid::into_serde)
    }
}

impl Account {
    /// Creates an account; refuses the membership types All and None, and ids that are not a
    /// positive int64.
    pub fn new(membership_type: i32, membership_id: &str) -> Result<Self, Invalid> {
        let membership_id = trim(membership_id);
        let plain = !membership_id.starts_with('0')
            && membership_id.bytes().all(|byte| byte.is_ascii_digit());
        if membership_type > 0 && plain && membership_id.parse::<i64>().is_ok() {
            Ok(Self { membership_type, membership_id: membership_id.to_owned() })
        } else {
            Err(Invalid::new(
                "invalid_account",
                "An account has a membership_type above 0 and a membership_id in decimal digits.",
            )
            .or_hidden(membership_id))
        }
    }
}

/// An identity that a person can prove. It belongs to at most one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An e-mail address.
    Email(EmailAddress),
    /// A phone number.
    Phone(PhoneNumber),
    /// A platform account.
    Account(Account),
}

impl Identity {
    /// Returns the key of an invitee with this identity.
    pub fn key(&self) -> String {
        match self {
            Self::Email(address) => format!("e:{}", address.key()),
            Self::Phone(number) => format!("p:{}", number.as_str()),
            Self::Account(account) => {
                format!("a:{}:{}", account.membership_type, account.membership_id)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phone_numbers_are_e164() {
        assert!(PhoneNumber::parse("+19199993333").is_ok());
        for text in [
            "",
            "+",
            "19199993333",
            "+0199999333",
            "+1234567890123456",
            "+1 919 999",
            ".;phone-context=",
            "+dwPAA;phone-context=AA",
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn accounts_need_a_platform_and_a_positive_decimal_id() {
        assert!(Account::new(3, "4611686018429783292").is_ok());
        for (kind, id) in [
            (-1, "1"),
            (0, "1"),
            (3, ""),
            (3, "0"),
            (3, "01"),
            (3, "-1"),
            (3, "+1"),
            (3, "1.0"),
            (3, "9223372036854775808"),
        ] {
            assert!(Account::new(kind, id).is_err(), "{kind} {id}");
        }
    }

    #[test]
    fn debug_output_hides_numbers() {
        assert_eq!(format!("{:?}", PhoneNumber::parse("+19199993333").unwrap()), "+•••33");
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,40}", kind: i32) {
            prop_assert_eq!(PhoneNumber::parse(&text), PhoneNumber::parse(trim(&text)));
            prop_assert_eq!(Account::new(kind, &text), Account::new(kind, trim(&text)));
        }
    }
}
