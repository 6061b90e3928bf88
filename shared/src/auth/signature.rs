//! A token's signature: the key that verifies it, and the algorithms that the key may be used with.
//!
//! `jsonwebtoken` alone is lax about claims (it ignores `nbf`, `typ` and `crit`, and takes an absent
//! `aud`), so it checks the signature only, with the algorithm fixed by the key.

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;

/// A key, and the algorithms that it may be used with: never those of another family.
#[derive(Clone)]
pub(super) struct VerificationKey {
    pub(super) key: DecodingKey,
    pub(super) algorithms: Vec<Algorithm>,
}

impl VerificationKey {
    /// The token's claims, if this key signed it. `None` for another key, another algorithm, and
    /// claims of another form.
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
