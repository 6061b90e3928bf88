//! Signature verification.
//!
//! `jsonwebtoken` is lax about claims: it ignores `nbf`, `typ` and `crit`, and accepts a token
//! without `aud`. So it checks only the signature here, with an algorithm that the key allows (ADR
//! 0005).

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;

/// A key, and the algorithms that it may be used with. All belong to one family.
#[derive(Clone)]
pub(super) struct VerificationKey {
    pub(super) key: DecodingKey,
    pub(super) algorithms: Vec<Algorithm>,
}

impl VerificationKey {
    /// Returns the token's claims, if this key signed it. `None` for another key, an algorithm that
    /// the key does not allow, or claims of the wrong types.
    pub(super) fn claims<T: DeserializeOwned>(&self, token: &str, header: &Header) -> Option<T> {
        if !self.algorithms.contains(&header.alg) {
            return None;
        }
        let mut signature_only = Validation::new(header.alg);
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        jsonwebtoken::decode(token, &self.key, &signature_only).ok().map(|data| data.claims)
    }
}
