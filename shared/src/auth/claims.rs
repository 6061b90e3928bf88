//! The claims that are read, each with the one JSON type that it may have. A duplicate claim is an
//! error.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::caller::Caller;
use crate::config::{ConfigError, settings};
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::identity::{Accounts, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::text::Name;

/// The largest accepted difference from the issuer's clock, in seconds.
pub(super) const LEEWAY: i64 = 30;

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A claim that counts as `true` only if it is the JSON value `true`. The text "true" and the
/// number 1 verify nothing.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Flag {
    Is(bool),
    #[default]
    Absent,
    Other(IgnoredAny),
}

impl Flag {
    fn is_true(&self) -> bool {
        matches!(self, Self::Is(true))
    }
}

#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: Flag,
    phone_number: Option<String>,
    #[serde(default)]
    phone_number_verified: Flag,
    #[serde(default)]
    accounts: Accounts,
    scope: Option<String>,
    #[serde(flatten)]
    others: OtherClaims,
}

/// The claims that have no field in [`Claims`], including duplicates.
struct OtherClaims(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for OtherClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Others;

        impl<'de> Visitor<'de> for Others {
            type Value = OtherClaims;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("claims")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OtherClaims, A::Error> {
                let mut claims = Vec::new();
                while let Some(claim) = map.next_entry()? {
                    claims.push(claim);
                }
                Ok(OtherClaims(claims))
            }
        }

        deserializer.deserialize_map(Others)
    }
}

impl OtherClaims {
    /// Returns the claim's text. `None` if the claim is absent, not a string, or a duplicate.
    fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value);
        let (first, second) = (values.next()?, values.next());
        first.as_str().filter(|_| second.is_none())
    }
}

/// The claim that names the user: `sub`, or a claim without another meaning here
/// (docs/contracts/rownd.md#credentials).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UserIdClaim {
    Subject,
    Other(String),
}

/// The claims besides `sub` that have a meaning here.
const READ_CLAIMS: &str = "iss aud exp iat nbf name email email_verified phone_number phone_number_verified accounts scope";

impl UserIdClaim {
    pub(super) fn parse(name: &str) -> Result<Self, ConfigError> {
        match name {
            "sub" => Ok(Self::Subject),
            name if READ_CLAIMS.split(' ').any(|claim| claim == name) => {
                Err(settings::JWT_USER_ID_CLAIM
                    .wrong("names a claim that has a meaning of its own"))
            }
            name => Ok(Self::Other(name.to_owned())),
        }
    }
}

/// The reason why claims are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClaimsError {
    Expired,
    Invalid,
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
    pub(super) fn caller(self, rules: &Rules<'_>) -> Result<Caller, ClaimsError> {
        let now = rules.now.seconds();
        let for_us = match &self.aud {
            Audience::One(audience) => audience == rules.audience,
            Audience::Several(audiences) => {
                audiences.iter().any(|audience| audience == rules.audience)
            }
        };
        let lifetime = self.exp.checked_sub(self.iat).ok_or(ClaimsError::Invalid)?;
        let early = self.iat > now + LEEWAY || self.nbf.is_some_and(|from| from > now + LEEWAY);
        if self.iss != rules.issuer
            || !for_us
            || early
            || !(1..=rules.max_lifetime).contains(&lifetime)
        {
            return Err(ClaimsError::Invalid);
        }
        if self.exp <= now - LEEWAY {
            return Err(ClaimsError::Expired);
        }
        self.into_caller(rules.user_id_claim)
    }

    fn into_caller(self, user_id_claim: &UserIdClaim) -> Result<Caller, ClaimsError> {
        let user = match user_id_claim {
            UserIdClaim::Subject => Some(self.sub.as_str()),
            UserIdClaim::Other(name) => self.others.text(name),
        };
        let user = user.and_then(|text| UserId::parse(text).ok()).ok_or(ClaimsError::Invalid)?;
        let email = self.email.and_then(|text| EmailAddress::parse(&text).ok());
        let (email, unverified_email) =
            if self.email_verified.is_true() { (email, None) } else { (None, email) };
        let phone = self.phone_number.filter(|_| self.phone_number_verified.is_true());
        Ok(Caller {
            user,
            name: self
                .name
                .and_then(|name| Name::parse(&name).ok())
                .map(|name| name.as_str().to_owned()),
            email,
            unverified_email,
            phone: phone.and_then(|text| PhoneNumber::parse(&text).ok()),
            accounts: self.accounts,
            scopes: self
                .scope
                .unwrap_or_default()
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect(),
        })
    }
}
