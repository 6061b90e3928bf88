//! Turns an `Authorization` header into a [`Caller`].
//!
//! [`super::signature`] checks the signature and [`super::claims`] the claims. This file checks the
//! header's `typ` and `crit`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Header;
use serde::de::IgnoredAny;

use super::bearer::{bearer, is_token};
use super::caller::Caller;
use super::claims::{Claims, Rules, UserIdClaim};
use super::keys::Keys;
use super::reason::Reason;
use super::unauthenticated::Unauthenticated;
use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Timestamp;
use crate::outbound::Outbound;

/// Verifies callers for one issuer and one audience. Clones share the issuer's keys.
#[derive(Clone)]
pub struct Authenticator {
    issuer: String,
    audience: String,
    /// The `typ` that the header must have. `None` accepts any.
    token_type: Option<String>,
    max_lifetime: i64,
    user_id_claim: UserIdClaim,
    keys: Keys,
}

impl Authenticator {
    /// Reads `JWT_ISSUER`, `JWT_AUDIENCE`, `JWT_TYPE`, `JWT_MAX_LIFETIME_SECONDS`,
    /// `JWT_USER_ID_CLAIM`, and `JWT_JWKS_URL` or `JWT_HS256_SECRET`.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable. A secret is invalid beside
    /// `JWT_JWKS_URL`, and below 32 bytes.
    pub(crate) fn configure(
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        let issuer = environment.required(settings::JWT_ISSUER)?.to_owned();
        let keys = Keys::configure(&issuer, environment, outbound)?;
        Ok(Self {
            issuer,
            audience: environment.required(settings::JWT_AUDIENCE)?.to_owned(),
            token_type: environment.optional(settings::JWT_TYPE).map(str::to_owned),
            max_lifetime: environment.parsed(settings::JWT_MAX_LIFETIME_SECONDS)?,
            user_id_claim: UserIdClaim::parse(environment.required(settings::JWT_USER_ID_CLAIM)?)?,
            keys,
        })
    }

    /// Returns the audience that access tokens must name.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Fetches the issuer's public keys, if it has any, so that the first caller does not wait for
    /// them.
    pub async fn prepare(&self, now: Timestamp) {
        self.keys.prepare(now).await;
    }

    /// Returns the caller that the value of an `Authorization` header proves.
    ///
    /// # Errors
    /// Every variant of [`Unauthenticated`].
    pub async fn caller(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        self.verify(bearer(authorization.ok_or(Unauthenticated::Missing)?)?, now).await
    }

    /// Returns the caller that a token proves. The token may come from anywhere in the request.
    ///
    /// # Errors
    /// `Expired`, `Invalid` or `IssuerUnavailable`.
    pub async fn caller_by_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        if is_token(token) {
            self.verify(token, now).await
        } else {
            Err(Unauthenticated::Invalid(Reason::Form))
        }
    }

    async fn verify(&self, token: &str, now: Timestamp) -> Result<Caller, Unauthenticated> {
        let header = self.header(token).map_err(Unauthenticated::Invalid)?;
        let key = self.keys.key(&header, now).await?;
        let claims: Claims = key.claims(token, &header).map_err(Unauthenticated::Invalid)?;
        let rules = Rules {
            issuer: &self.issuer,
            audience: &self.audience,
            max_lifetime: self.max_lifetime,
            user_id_claim: &self.user_id_claim,
            now,
        };
        claims.caller(&rules)
    }

    /// Returns the token's header, if its form and its type are right.
    fn header(&self, token: &str) -> Result<Header, Reason> {
        // `jsonwebtoken` reads `"crit": null` as if it were absent, so its names are read here too.
        if header_names(token).ok_or(Reason::Form)?.iter().any(|name| name == "crit") {
            return Err(Reason::Critical);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Reason::Form)?;
        match &self.token_type {
            Some(wanted) if !has_type(&header, wanted) => Err(Reason::Type),
            _ => Ok(header),
        }
    }
}

/// Returns the names of the header's parameters. `None` if the header is not a JSON object.
fn header_names(token: &str) -> Option<Vec<String>> {
    let (header, _) = token.split_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let parameters: BTreeMap<String, IgnoredAny> = serde_json::from_slice(&header).ok()?;
    Some(parameters.into_keys().collect())
}

/// Compares the header's `typ`, without case and without `application/` (RFC 7515 §4.1.9).
fn has_type(header: &Header, wanted: &str) -> bool {
    let short =
        |text: &str| text.to_ascii_lowercase().trim_start_matches("application/").to_owned();
    header.typ.as_deref().is_some_and(|typ| short(typ) == short(wanted))
}

#[cfg(test)]
#[path = "authenticator_tests.rs"]
mod tests;
