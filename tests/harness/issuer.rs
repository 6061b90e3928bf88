//! An issuer for one test: keys of every kind, and a key set that can change or fail.

use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use beckon::Options;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::server::Server;

/// The length of the PKCS #8 header before the PKCS #1 key of an RSA key of 2048 bits.
const PKCS8_HEAD: usize = 26;

/// A signing key with its key id.
pub struct SigningKey {
    /// The key id.
    pub kid: String,
    /// The signature algorithm.
    pub algorithm: Algorithm,
    key: EncodingKey,
}

impl SigningKey {
    /// Makes a new key for ES256.
    pub fn es256(kid: &str) -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .expect("a key is generated");
        Self {
            kid: kid.into(),
            algorithm: Algorithm::ES256,
            key: EncodingKey::from_ec_der(document.as_ref()),
        }
    }

    /// Makes a new key for RS256.
    pub fn rs256(kid: &str) -> Self {
        let document: Pkcs8V1Der<'_> = KeyPair::generate(KeySize::Rsa2048)
            .expect("a key is generated")
            .as_der()
            .expect("the key has a DER form");
        let key = EncodingKey::from_rsa_der(&document.as_ref()[PKCS8_HEAD..]);
        Self { kid: kid.into(), algorithm: Algorithm::RS256, key }
    }

    /// Makes a new key for EdDSA.
    pub fn eddsa(kid: &str) -> Self {
        let document =
            Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).expect("a key is generated");
        Self {
            kid: kid.into(),
            algorithm: Algorithm::EdDSA,
            key: EncodingKey::from_ed_der(document.as_ref()),
        }
    }

    /// Makes a key for HS256 from this secret. It has no public key.
    pub fn hs256(kid: &str, secret: &[u8]) -> Self {
        Self { kid: kid.into(), algorithm: Algorithm::HS256, key: EncodingKey::from_secret(secret) }
    }

    /// Returns the public key as a JWK.
    pub fn public(&self) -> Value {
        let mut key =
            Jwk::from_encoding_key(&self.key, self.algorithm).expect("the key has a public key");
        key.common.key_id = Some(self.kid.clone());
        serde_json::to_value(key).expect("the key is JSON")
    }

    /// Returns the header of the key's tokens.
    pub fn header(&self) -> Header {
        Header {
            typ: Some("at+jwt".into()),
            kid: Some(self.kid.clone()),
            ..Header::new(self.algorithm)
        }
    }

    /// Returns a signed token with these claims.
    pub fn signs(&self, claims: &Value) -> String {
        self.signs_with(&self.header(), claims)
    }

    /// Returns the token with this encoded header and these encoded claims, signed.
    pub fn signs_encoded(&self, message: &str) -> String {
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm);
        format!("{message}.{}", signature.expect("the token is signed"))
    }

    /// Returns a signed token with this header and these claims.
    pub fn signs_with(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).expect("the token is signed")
    }
}

#[derive(Default)]
struct State {
    keys: Vec<Value>,
    down: bool,
    asked: usize,
}

/// An issuer that serves its key set over HTTP.
pub struct Issuer {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Issuer {
    /// Starts an issuer with these keys.
    pub async fn with(keys: &[&SigningKey]) -> Self {
        let state = Arc::new(Mutex::new(State {
            keys: keys.iter().map(|key| key.public()).collect(),
            ..State::default()
        }));
        let served = Arc::clone(&state);
        let router = Router::new().route("/jwks", get(async move || answer(&served)));
        Self { server: Server::start(router).await, state }
    }

    /// Returns the issuer's name, the `iss` of its tokens.
    pub fn name(&self) -> &str {
        &self.server.url
    }

    /// Returns options for a service that trusts this issuer.
    pub fn options(&self) -> Options {
        let settings = [
            ("JWT_ISSUER", self.name().to_owned()),
            ("JWT_JWKS_URL", format!("{}/jwks", self.name())),
        ];
        Options {
            settings: settings.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            ..Options::default()
        }
    }

    /// Replaces the published keys.
    pub fn publishes(&self, keys: &[&SigningKey]) {
        self.state.lock().expect("the lock is not poisoned").keys =
            keys.iter().map(|key| key.public()).collect();
    }

    /// Makes the issuer answer with errors (`true`), or with its keys again (`false`).
    pub fn goes(&self, down: bool) {
        self.state.lock().expect("the lock is not poisoned").down = down;
    }

    /// Returns the number of requests for the key set.
    pub fn asked(&self) -> usize {
        self.state.lock().expect("the lock is not poisoned").asked
    }
}

fn answer(state: &Mutex<State>) -> Result<Json<Value>, StatusCode> {
    let mut state = state.lock().expect("the lock is not poisoned");
    state.asked += 1;
    if state.down { Err(StatusCode::BAD_GATEWAY) } else { Ok(Json(json!({ "keys": state.keys }))) }
}
