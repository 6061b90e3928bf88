//! The issuer's public keys: fetched when first needed, again for an unknown `kid` at most once a minute, and kept while the issuer is down.

use std::collections::HashMap;
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt, Limited};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::domain::clock::Timestamp;

/// A key, and the algorithms that it may be used with: never those of another family.
#[derive(Clone)]
pub(super) struct VerificationKey {
    pub(super) key: DecodingKey,
    pub(super) algorithms: Vec<Algorithm>,
}

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
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    keys: HashMap<Option<String>, VerificationKey>,
    asked_at: Option<Timestamp>,
}

/// How long to wait before asking the issuer again, in seconds.
const REFRESH_AFTER: i64 = 60;
/// The largest document that is read from the issuer.
const MAX_DOCUMENT: usize = 256 * 1024;

impl Jwks {
    pub(super) fn new(issuer: String, url: Option<String>) -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(Duration::from_millis(800)).read_timeout(Duration::from_millis(1500)).build();
        let connector = Connector::builder().connector_settings(settings).sleep_impl(TokioSleep::new());
        let http = SharedHttpConnector::new(connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).build());
        Self { issuer, url, http, cache: Mutex::default() }
    }

    /// The key of this `kid`; without one, the issuer's only key.
    ///
    /// # Errors
    /// Where the issuer has to be asked, can't be, and nothing is known from before.
    pub(super) async fn key(&self, kid: Option<&str>, now: Timestamp) -> Result<Option<VerificationKey>, FetchError> {
        let mut cache = self.cache.lock().await;
        if let Some(key) = cache.find(kid) {
            return Ok(Some(key));
        }
        let due = cache.asked_at.is_none_or(|at| now.seconds() - at.seconds() >= REFRESH_AFTER);
        if due || cache.keys.is_empty() {
            match self.fetch().await {
                Ok(keys) => {
                    cache.keys = keys;
                    cache.asked_at = Some(now);
                }
                Err(error) if cache.keys.is_empty() => return Err(error),
                Err(error) => {
                    cache.asked_at = Some(now);
                    tracing::warn!(%error, "Kept the issuer's known keys: it can't be reached");
                }
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
                let found: Discovery = self.get(&format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))).await?;
                if found.issuer != self.issuer {
                    return Err(FetchError("the discovery document names another issuer".into()));
                }
                found.jwks_uri
            }
        };
        let set: KeySet = self.get(&url).await?;
        // A set may hold keys of kinds that we don't know; they are for others.
        Ok(set.keys.into_iter().filter_map(|key| usable(&serde_json::from_value(key).ok()?)).collect())
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, url: &str) -> Result<T, FetchError> {
        let failed = |error: &dyn std::fmt::Display| FetchError(error.to_string());
        let request = HttpRequest::get(url).map_err(|error| failed(&error))?;
        let response = self.http.call(request).await.map_err(|error| failed(&error))?;
        if !response.status().is_success() {
            return Err(FetchError(format!("status {}", response.status().as_u16())));
        }
        let body = Limited::new(response.into_body(), MAX_DOCUMENT).collect().await.map_err(|error| failed(&error))?;
        serde_json::from_slice(&body.to_bytes()).map_err(|error| failed(&error))
    }
}

impl Cache {
    fn find(&self, kid: Option<&str>) -> Option<VerificationKey> {
        match kid {
            Some(kid) => self.keys.get(&Some(kid.to_owned())).cloned(),
            None if self.keys.len() == 1 => self.keys.values().next().cloned(),
            None => None,
        }
    }
}

/// The key with its `kid`, if it is a public key for signatures of a kind that we know. Symmetric keys have no place in a public set.
fn usable(jwk: &Jwk) -> Option<(Option<String>, VerificationKey)> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    let family: Vec<Algorithm> = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => vec![RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(parameters) => match parameters.curve {
            EllipticCurve::P256 => vec![ES256],
            EllipticCurve::P384 => vec![ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(parameters) if parameters.curve == EllipticCurve::Ed25519 => vec![EdDSA],
        _ => return None,
    };
    let named: Option<Algorithm> = jwk.common.key_algorithm.map(|named| named.to_string().parse()).transpose().ok()?;
    let algorithms: Vec<Algorithm> = family.into_iter().filter(|algorithm| named.is_none_or(|named| named == *algorithm)).collect();
    let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let key = DecodingKey::from_jwk(jwk).ok()?;
    (for_signatures && !algorithms.is_empty()).then(|| (jwk.common.key_id.clone(), VerificationKey { key, algorithms }))
}
