//! Reads the claims of a verified token (RFC 7519 §4.1).
//!
//! The required claims are strict: `iss`, `aud`, `sub`, `iat` and `exp`, and `nbf` if it is there.
//! An optional claim of another form is passed over, so that it proves nothing and costs nothing.
//! A claim that is read may not be there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::caller::Caller;
use super::reason::Reason;
use super::unauthenticated::Unauthenticated;
use crate::config::{ConfigError, settings};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::identity::{Account, Accounts, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::text::Name;

/// The largest accepted difference from the issuer's clock, in seconds.
pub(super) const LEEWAY: i64 = 30;

/// The claims besides `sub` that have a meaning here.
const READ_CLAIMS: [&str; 13] = [
    "iss",
    "aud",
    "exp",
    "iat",
    "nbf",
    "name",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "accounts",
    "scope",
    "scp",
];

/// The first number of seconds that a JSON number does not hold exactly.
const TOO_LATE: f64 = 9_007_199_254_740_992.0;

/// The claims of a token, each as its JSON text. Only the claims that are read are parsed.
pub(super) struct Claims {
    values: BTreeMap<String, Box<RawValue>>,
    repeated: BTreeSet<String>,
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Claims;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of claims")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
                let (mut values, mut repeated) = (BTreeMap::new(), BTreeSet::new());
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if values.insert(name.clone(), value).is_some() {
                        repeated.insert(name);
                    }
                }
                Ok(Claims { values, repeated })
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The claim that names the user: `sub`, or a claim without another meaning here
/// (docs/contracts/rownd.md#credentials).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UserIdClaim {
    Subject,
    Other(String),
}

impl UserIdClaim {
    pub(super) fn parse(name: &str) -> Result<Self, ConfigError> {
        match name {
            "sub" => Ok(Self::Subject),
            name if READ_CLAIMS.contains(&name) => {
                Err(settings::JWT_USER_ID_CLAIM
                    .wrong("names a claim that has a meaning of its own"))
            }
            name => Ok(Self::Other(name.to_owned())),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Subject => "sub",
            Self::Other(name) => name,
        }
    }
}

/// The rules that claims must follow.
pub(super) struct Rules<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) max_lifetime: i64,
    pub(super) user_id_claim: &'a UserIdClaim,
    pub(super) now: Timestamp,
}

impl Claims {
    /// Returns the caller, if issuer, audience and times are valid (RFC 7519 §4.1, RFC 8725 §3.8 to
    /// §3.10).
    ///
    /// # Errors
    /// `Expired` after the expiry and the leeway, `Invalid` for every other fault.
    pub(super) fn caller(&self, rules: &Rules<'_>) -> Result<Caller, Unauthenticated> {
        let user = self.required(rules).map_err(Unauthenticated::Invalid)?;
        let expiry = self.seconds("exp").ok_or(Unauthenticated::Invalid(Reason::Expiry))?;
        if expiry <= rules.now.seconds() - LEEWAY {
            return Err(Unauthenticated::Expired);
        }
        Ok(self.caller_named(user))
    }

    /// Checks every required claim but the expiry against the present. Returns the user.
    fn required(&self, rules: &Rules<'_>) -> Result<UserId, Reason> {
        let user_claim = rules.user_id_claim.name();
        let read = |name: &String| {
            READ_CLAIMS.contains(&name.as_str()) || name == "sub" || name == user_claim
        };
        if self.repeated.iter().any(read) {
            return Err(Reason::DuplicateClaim);
        }
        if self.text("iss").as_deref() != Some(rules.issuer) {
            return Err(Reason::Issuer);
        }
        if !self.is_for(rules.audience) {
            return Err(Reason::Audience);
        }
        self.text("sub").ok_or(Reason::Subject)?;
        let expiry = self.seconds("exp").ok_or(Reason::Expiry)?;
        let issued = self.seconds("iat").ok_or(Reason::IssuedAt)?;
        let latest = rules.now.seconds() + LEEWAY;
        if issued > latest {
            return Err(Reason::IssuedAt);
        }
        if self.has("nbf") && self.seconds("nbf").is_none_or(|from| from > latest) {
            return Err(Reason::NotBefore);
        }
        let lifetime = expiry.checked_sub(issued).ok_or(Reason::Lifetime)?;
        if !(1..=rules.max_lifetime).contains(&lifetime) {
            return Err(Reason::Lifetime);
        }
        // An id is never trimmed here. Some issuers let people choose it, and `ada` with an invisible
        // character is somebody else.
        let user = self.text(user_claim).and_then(|text| {
            UserId::parse(&text).ok().filter(|user| user.as_str() == text.as_str())
        });
        user.ok_or(Reason::Subject)
    }

    /// Returns the user with everything that the optional claims prove.
    fn caller_named(&self, user: UserId) -> Caller {
        let email = self.text("email").and_then(|text| EmailAddress::parse(&text).ok());
        let (email, unverified_email) =
            if self.is_true("email_verified") { (email, None) } else { (None, email) };
        let phone = self.text("phone_number").filter(|_| self.is_true("phone_number_verified"));
        Caller {
            user,
            name: self
                .text("name")
                .and_then(|name| Name::repair(&name))
                .map(|name| name.as_str().to_owned()),
            email,
            unverified_email,
            phone: phone.and_then(|text| PhoneNumber::parse(&text).ok()),
            accounts: self.accounts(),
            scopes: ["scope", "scp"].into_iter().flat_map(|name| self.scopes(name)).collect(),
        }
    }

    /// Returns whether the claim is there with a value other than `null`.
    fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| value.get() != "null")
    }

    /// Returns the claim as `T`. `None` if it is absent or of another form.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.values.get(name).and_then(|value| read(value))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.read(name)
    }

    /// Returns the elements of a claim that is a list. Empty for any other claim.
    fn list(&self, name: &str) -> Vec<Box<RawValue>> {
        self.read(name).unwrap_or_default()
    }

    /// Returns whether the claim is the JSON value `true`. The text "true" and the number 1 prove
    /// nothing.
    fn is_true(&self, name: &str) -> bool {
        self.read(name) == Some(true)
    }

    /// Returns a time in whole seconds. A fraction is dropped (RFC 7519 §2 allows it).
    fn seconds(&self, name: &str) -> Option<i64> {
        let seconds: f64 = self.read(name)?;
        // Below 2^53, the conversion is exact.
        (seconds.abs() < TOO_LATE).then(|| seconds.floor() as i64)
    }

    /// Returns whether `aud` is this audience, or a list that has it.
    fn is_for(&self, audience: &str) -> bool {
        let is_ours = |text: String| text == audience;
        self.text("aud").is_some_and(is_ours)
            || self.list("aud").iter().filter_map(|one| read(one)).any(is_ours)
    }

    /// Returns the scopes of a claim that is a text with blanks between the scopes, or a list of
    /// scopes. What holds another white space than these blanks is no scope (RFC 6749 §3.3).
    fn scopes(&self, name: &str) -> Vec<String> {
        let parts: Vec<String> = match self.text(name) {
            Some(text) => text.split_ascii_whitespace().map(str::to_owned).collect(),
            None => self.list(name).iter().filter_map(|one| read(one)).collect(),
        };
        let is_scope = |scope: &String| !scope.is_empty() && !scope.contains(char::is_whitespace);
        parts.into_iter().filter(is_scope).collect()
    }

    /// Returns the first different accounts that are readable, at most as many as a user may have.
    fn accounts(&self) -> Accounts {
        let mut accounts: Vec<Account> = Vec::new();
        for account in self.list("accounts").iter().filter_map(|one| account(one)) {
            if accounts.len() < Accounts::MAX && !accounts.contains(&account) {
                accounts.push(account);
            }
        }
        Accounts::new(accounts).unwrap_or_default()
    }
}

fn read<T: DeserializeOwned>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

/// Returns the account in an object. Other fields are ignored, but an account that says that it is
/// not `verified` proves nothing.
fn account(value: &RawValue) -> Option<Account> {
    let fields: Claims = read(value)?;
    if !fields.repeated.is_empty() || fields.has("verified") && !fields.is_true("verified") {
        return None;
    }
    Account::new(fields.read("membership_type")?, &fields.text("membership_id")?).ok()
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
