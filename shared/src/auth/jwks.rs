//! The issuer's public keys, cached.
//!
//! They are fetched when first needed, at most once a minute for an unknown `kid`, and every ten
//! minutes for known ones. The cached keys stay in use while the issuer is down.

use std::collections::HashMap;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt, Limited};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::{Mutex, RwLock};

use super::signature::VerificationKey;
use crate::domain::clock::Timestamp;
use crate::outbound::Outbound;

/// The issuer's keys can't be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys can't be fetched: {0}")]
pub struct FetchError(String);

#[cfg(test)]
impl FetchError {
    /// Creates an error for tests of answers.
    pub(crate) fn of(cause: &str) -> Self {
        Self(cause.into())
    }
}

/// The keys of one issuer.
pub(super) struct Jwks {
    issuer: String,
    /// The URL of the key set. `None` takes it from the issuer's discovery document.
    url: Option<String>,
    http: SharedHttpConnector,
    cache: RwLock<Cache>,
    /// Held during a fetch, so that concurrent requests share it.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Cache {
    keys: HashMap<Option<String>, VerificationKey>,
    /// The time of the last fetch, and whether it succeeded.
    last_fetch: Option<(Timestamp, bool)>,
}

/// The time before another fetch for an unknown key, in seconds.
const REFRESH_AFTER: i64 = 60;
/// The time before another fetch after a failed one, in seconds.
const RETRY_AFTER: i64 = 5;
/// The time before known keys are fetched again, in seconds. A key that the issuer has withdrawn is
/// trusted no longer than this.
const STALE_AFTER: i64 = 600;
/// The timeout of a fetch, for both documents together.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// The timeout for one document.
const DOCUMENT_TIMEOUT: Duration = Duration::from_millis(1500);
/// The timeout of a fetch during init. It is shorter than the init itself waits, so that the
/// failure is recorded.
const INIT_TIMEOUT: Duration = Duration::from_millis(1400);
/// The largest document that is read from the issuer, in bytes.
const MAX_DOCUMENT: usize = 256 * 1024;

impl Jwks {
    pub(super) fn new(issuer: String, url: Option<String>, outbound: &Outbound) -> Self {
        Self {
            issuer,
            url,
            http: outbound.connector(),
            cache: RwLock::default(),
            fetching: Mutex::default(),
        }
    }

    /// Returns the key with this `kid`, or the issuer's only key if the token has no `kid`. `None`
    /// if there is no such key.
    ///
    /// # Errors
    /// [`FetchError`] if the fetch fails and no keys are cached.
    pub(super) async fn key(
        &self,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<VerificationKey>, FetchError> {
        self.key_within(kid, now, FETCH_TIMEOUT).await
    }

    /// Fetches the keys during init, so that the first caller does not wait for them.
    ///
    /// # Errors
    /// [`FetchError`] if the fetch fails and no keys are cached.
    pub(super) async fn prepare(&self, now: Timestamp) -> Result<(), FetchError> {
        self.key_within(None, now, INIT_TIMEOUT).await.map(|_| ())
    }

    async fn key_within(
        &self,
        kid: Option<&str>,
        now: Timestamp,
        timeout: Duration,
    ) -> Result<Option<VerificationKey>, FetchError> {
        if let Some(answer) = self.cache.read().await.answer(kid, now) {
            return answer;
        }
        let _fetching = self.fetching.lock().await;
        if let Some(answer) = self.cache.read().await.answer(kid, now) {
            return answer;
        }
        let fetched = tokio::time::timeout(timeout, self.fetch()).await;
        let fetched = fetched
            .unwrap_or_else(|_| Err(FetchError("the issuer did not respond in time".into())));
        let mut cache = self.cache.write().await;
        cache.last_fetch = Some((now, fetched.is_ok()));
        match fetched {
            Ok(keys) => cache.keys = keys,
            Err(error) if cache.keys.is_empty() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "Could not refresh the issuer's keys; using the cached ones")
            }
        }
        Ok(cache.find(kid))
    }

    async fn fetch(&self) -> Result<HashMap<Option<String>, VerificationKey>, FetchError> {
        #[derive(Deserialize)]
        struct Discovery {
            issuer: String,
            jwks_uri: String,
        }
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<serde_json::Value>,
        }
        let url = match &self.url {
            Some(url) => url.clone(),
            None => {
                let found: Discovery = self
                    .get(&format!(
                        "{}/.well-known/openid-configuration",
                        self.issuer.trim_end_matches('/')
                    ))
                    .await?;
                if found.issuer != self.issuer {
                    return Err(FetchError("the discovery document names another issuer".into()));
                }
                found.jwks_uri
            }
        };
        let set: KeySet = self.get(&url).await?;
        // A set may hold keys of unknown types, which are skipped.
        let keys: HashMap<_, _> = set
            .keys
            .into_iter()
            .filter_map(|key| usable(&serde_json::from_value(key).ok()?))
            .collect();
        if keys.is_empty() { Err(FetchError("the set has no usable key".into())) } else { Ok(keys) }
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, url: &str) -> Result<T, FetchError> {
        let failed = |error: &dyn std::fmt::Display| FetchError(error.to_string());
        let request = HttpRequest::get(url).map_err(|error| failed(&error))?;
        let answered = tokio::time::timeout(DOCUMENT_TIMEOUT, self.http.call(request)).await;
        let response = answered
            .map_err(|_| FetchError("the issuer did not respond in time".into()))?
            .map_err(|error| failed(&error))?;
        if !response.status().is_success() {
            return Err(FetchError(format!("status {}", response.status().as_u16())));
        }
        let body = Limited::new(response.into_body(), MAX_DOCUMENT)
            .collect()
            .await
            .map_err(|error| failed(&error))?;
        serde_json::from_slice(&body.to_bytes()).map_err(|error| failed(&error))
    }
}

impl Cache {
    /// Returns what the cache can answer without a fetch: a key that is fresh enough, no key if the
    /// keys were fetched recently, or an error if the last fetch failed recently. `None` if a fetch
    /// is due.
    fn answer(
        &self,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Option<Result<Option<VerificationKey>, FetchError>> {
        let (at, succeeded) = self.last_fetch?;
        let age = now.seconds() - at.seconds();
        let known = self.find(kid);
        let max_age = match (succeeded, known.is_some()) {
            (true, true) => STALE_AFTER,
            (true, false) => REFRESH_AFTER,
            (false, _) => RETRY_AFTER,
        };
        let failed = || FetchError("the last attempt failed".into());
        let known = if self.keys.is_empty() { Err(failed()) } else { Ok(known) };
        (0..max_age).contains(&age).then_some(known)
    }

    fn find(&self, kid: Option<&str>) -> Option<VerificationKey> {
        match kid {
            Some(kid) => self.keys.get(&Some(kid.to_owned())).cloned(),
            None if self.keys.len() == 1 => self.keys.values().next().cloned(),
            None => None,
        }
    }
}

/// Returns the key with its `kid`, if it is a public signature key of a supported type. Symmetric
/// keys are skipped, because a public set must not hold any.
fn usable(jwk: &Jwk) -> Option<(Option<String>, VerificationKey)> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let family: Vec<Algorithm> = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => vec![RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(parameters) => match parameters.curve {
            EllipticCurve::P256 => vec![ES256],
            EllipticCurve::P384 => vec![ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(parameters)
            if parameters.curve == EllipticCurve::Ed25519 =>
        {
            vec![EdDSA]
        }
        _ => return None,
    };
    let named: Option<Algorithm> =
        jwk.common.key_algorithm.map(|named| named.to_string().parse()).transpose().ok()?;
    let algorithms: Vec<Algorithm> = family
        .into_iter()
        .filter(|algorithm| named.is_none_or(|named| named == *algorithm))
        .collect();
    let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let key = DecodingKey::from_jwk(jwk).ok()?;
    (for_signatures && !algorithms.is_empty())
        .then(|| (jwk.common.key_id.clone(), VerificationKey { key, algorithms }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::net::TcpListener;
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn an_issuer_that_does_not_respond_during_init_is_not_asked_again_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut held = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                held.push(connection);
            }
        });
        let keys = Jwks::new("https://issuer.example".into(), Some(url), &Outbound::new());
        let now = Timestamp::from_seconds(1_700_000_000);

        assert!(keys.prepare(now).await.is_err());
        assert!(keys.key(Some("any"), now).await.is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
