//! The keys of the configured issuer: a shared secret, or public keys.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Header};
use secrecy::ExposeSecret;

use super::jwks::Jwks;
use super::reason::Reason;
use super::signature::VerificationKey;
use super::unauthenticated::Unauthenticated;
use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Timestamp;
use crate::outbound::Outbound;

/// The longest `kid` that is looked up, in bytes.
const MAX_KID: usize = 256;

/// The keys that verify tokens. Clones share the cached keys.
#[derive(Clone)]
pub(super) enum Keys {
    Secret(VerificationKey),
    Public(Arc<Jwks>),
}

impl Keys {
    /// Reads `JWT_JWKS_URL` or `JWT_HS256_SECRET`.
    ///
    /// # Errors
    /// A [`ConfigError`] for a secret beside a JWKS, or one below 32 bytes.
    pub(super) fn configure(
        issuer: &str,
        environment: &Environment,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        let url = environment.optional(settings::JWT_JWKS_URL).map(str::to_owned);
        match environment.secret(settings::JWT_HS256_SECRET)? {
            Some(_) if url.is_some() => {
                Err(settings::JWT_HS256_SECRET.wrong("cannot be set together with JWT_JWKS_URL"))
            }
            Some(secret) => {
                let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
                Ok(Self::Secret(VerificationKey { key, algorithms: vec![Algorithm::HS256] }))
            }
            None => Ok(Self::Public(Arc::new(Jwks::new(issuer.to_owned(), url, outbound)))),
        }
    }

    /// Fetches the issuer's public keys, if it has any, so that the first caller does not wait for
    /// them.
    pub(super) async fn prepare(&self, now: Timestamp) {
        if let Self::Public(keys) = self
            && let Err(error) = keys.prepare(now).await
        {
            tracing::warn!(%error, "Could not fetch the issuer's keys during init");
        }
    }

    /// Returns the key that the token's header names.
    ///
    /// # Errors
    /// `Invalid` if the issuer has no such key, `IssuerUnavailable` if its keys can't be fetched.
    pub(super) async fn key(
        &self,
        header: &Header,
        now: Timestamp,
    ) -> Result<VerificationKey, Unauthenticated> {
        let kid = header.kid.as_deref();
        if kid.is_some_and(|kid| kid.len() > MAX_KID) {
            return Err(Unauthenticated::Invalid(Reason::Key));
        }
        match self {
            Self::Secret(key) => Ok(key.clone()),
            Self::Public(jwks) => jwks
                .key(kid, now)
                .await
                .map_err(Unauthenticated::IssuerUnavailable)?
                .ok_or(Unauthenticated::Invalid(Reason::Key)),
        }
    }
}
