//! The issuer's public keys: fetched when first needed, again for an unknown `kid` at most once a
//! minute and for the known ones every ten minutes, and kept while the issuer is down.

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

/// The issuer can't be asked for its keys.
#[derive(Debug, thiserror::Error)]
#[error("the issuer's keys can't be fetched: {0}")]
pub(super) struct FetchError(String);

/// The keys of one issuer.
pub(super) struct Jwks {
    issuer: String,
    /// Where the keys are; found by the issuer's discovery document where it is not configured.
    url: Option<String>,
    http: SharedHttpConnector,
    cache: RwLock<Cache>,
    /// Held while the issuer is asked, so that it is asked once for all who wait.
    asking: Mutex<()>,
}

#[derive(Default)]
struct Cache {
    keys: HashMap<Option<String>, VerificationKey>,
    /// When the issuer was last asked, and whether it answered.
    asked: Option<(Timestamp, bool)>,
}

/// How long to wait before asking again for a key that is not known, in seconds.
const REFRESH_AFTER: i64 = 60;
/// How long to wait before asking again an issuer that did not answer, in seconds.
const RETRY_AFTER: i64 = 5;
/// When known keys are asked for again, in seconds: a key that the issuer has withdrawn is not
/// trusted for longer.
const STALE_AFTER: i64 = 600;
/// How long the issuer may take, for both documents together.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it may take for one of them.
const PATIENCE_FOR_ONE: Duration = Duration::from_millis(1500);
/// The same while a function starts: less than a start waits, so that an issuer that says nothing
/// is remembered as such.
const PATIENCE_AT_START: Duration = Duration::from_millis(1400);
/// The largest document that is read from the issuer.
const MAX_DOCUMENT: usize = 256 * 1024;

impl Jwks {
    pub(super) fn new(issuer: String, url: Option<String>, outbound: &Outbound) -> Self {
        Self {
            issuer,
            url,
            http: outbound.connector(),
            cache: RwLock::default(),
            asking: Mutex::default(),
        }
    }

    /// The key of this `kid`; without one, the issuer's only key.
    ///
    /// # Errors
    /// Where the issuer can't be asked, and nothing is known from before.
    pub(super) async fn key(
        &self,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<VerificationKey>, FetchError> {
        self.key_in_time(kid, now, PATIENCE).await
    }

    /// Fetches the keys, so that the first caller doesn't wait for them.
    ///
    /// # Errors
    /// Where the issuer can't be asked.
    pub(super) async fn prepare(&self, now: Timestamp) -> Result<(), FetchError> {
        self.key_in_time(None, now, PATIENCE_AT_START).await.map(|_| ())
    }

    async fn key_in_time(
        &self,
        kid: Option<&str>,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Option<VerificationKey>, FetchError> {
        if let Some(answer) = self.cache.read().await.answer(kid, now) {
            return answer;
        }
        let _asking = self.asking.lock().await;
        if let Some(answer) = self.cache.read().await.answer(kid, now) {
            return answer;
        }
        let fetched = tokio::time::timeout(patience, self.fetch()).await;
        let fetched = fetched.unwrap_or_else(|_| Err(FetchError("no answer in time".into())));
        let mut cache = self.cache.write().await;
        cache.asked = Some((now, fetched.is_ok()));
        match fetched {
            Ok(keys) => cache.keys = keys,
            Err(error) if cache.keys.is_empty() => return Err(error),
            Err(error) => tracing::warn!(%error, "Kept the issuer's known keys: it can't be asked"),
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
        // A set may hold keys of kinds that we don't know; they are for others.
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
        let answered = tokio::time::timeout(PATIENCE_FOR_ONE, self.http.call(request)).await;
        let response = answered
            .map_err(|_| FetchError("no answer in time".into()))?
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
    /// What can be said without asking the issuer, if anything can: the key, or that it is not
    /// among keys fetched a moment ago, or that the issuer did not answer a moment ago.
    fn answer(
        &self,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Option<Result<Option<VerificationKey>, FetchError>> {
        let (at, answered) = self.asked?;
        let age = now.seconds() - at.seconds();
        let known = self.find(kid);
        let patience = match (answered, known.is_some()) {
            (true, true) => STALE_AFTER,
            (true, false) => REFRESH_AFTER,
            (false, _) => RETRY_AFTER,
        };
        let nothing = || FetchError("it did not answer a moment ago".into());
        let known = if self.keys.is_empty() { Err(nothing()) } else { Ok(known) };
        (0..patience).contains(&age).then_some(known)
    }

    fn find(&self, kid: Option<&str>) -> Option<VerificationKey> {
        match kid {
            Some(kid) => self.keys.get(&Some(kid.to_owned())).cloned(),
            None if self.keys.len() == 1 => self.keys.values().next().cloned(),
            None => None,
        }
    }
}

/// The key with its `kid`, if it is a public key for signatures of a kind that we know. Symmetric
/// keys have no place in a public set.
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
    async fn an_issuer_that_says_nothing_while_a_function_starts_is_left_in_peace_for_a_moment() {
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
