//! Signature verification.
//!
//! `jsonwebtoken` is lax about claims: it ignores `nbf`, `typ` and `crit`, and accepts a token
//! without `aud`. So it checks only the signature here, with an algorithm that the key allows (ADR
//! 0005).

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;

use super::reason::Reason;

/// A key, and the algorithms that it may be used with. All belong to one family.
#[derive(Clone)]
pub(super) struct VerificationKey {
    pub(super) key: DecodingKey,
    pub(super) algorithms: Vec<Algorithm>,
}

impl VerificationKey {
    /// Returns the token's claims, if this key signed it.
    ///
    /// # Errors
    /// `Algorithm` if the key does not allow the header's, `Signature` for another key, `Claims` if
    /// the claims are unreadable.
    pub(super) fn claims<T: DeserializeOwned>(
        &self,
        token: &str,
        header: &Header,
    ) -> Result<T, Reason> {
        if !self.algorithms.contains(&header.alg) {
            return Err(Reason::Algorithm);
        }
        let mut signature_only = Validation::new(header.alg);
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        match jsonwebtoken::decode(token, &self.key, &signature_only) {
            Ok(data) => Ok(data.claims),
            // The signature is checked before the claims are read.
            Err(error) => match error.kind() {
                ErrorKind::Json(_) | ErrorKind::Utf8(_) => Err(Reason::Claims),
                _ => Err(Reason::Signature),
            },
        }
    }
}
