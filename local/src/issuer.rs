//! The local issuer. It signs tokens for any user, with a new key at every start.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::domain::clock::Timestamp;
use uuid::Uuid;

/// The audience of the tokens, which the functions require.
pub(crate) const AUDIENCE: &str = "beckon";
/// The `typ` of an access token (RFC 9068).
pub(crate) const TOKEN_TYPE: &str = "at+jwt";
/// The default lifetime of a token in seconds.
const LIFETIME: i64 = 3600;

/// The reason why the issuer cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The key could not be generated.
    #[error("the local issuer cannot generate its key")]
    Key(#[from] aws_lc_rs::error::Unspecified),
    /// The key cannot sign, or has no public form.
    #[error("the local issuer cannot sign: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Signs access tokens.
pub(crate) struct Issuer {
    name: String,
    key: EncodingKey,
    key_id: String,
    public: Jwk,
}

/// The body of `POST /local/token`: the user to sign in, and the token's claims.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// The user's id.
    pub(crate) sub: String,
    /// An e-mail address.
    pub(crate) email: Option<String>,
    /// Whether the address is verified. `None` means `true`.
    pub(crate) email_verified: Option<bool>,
    /// A phone number.
    pub(crate) phone_number: Option<String>,
    /// Whether the number is verified. `None` means `true`.
    pub(crate) phone_number_verified: Option<bool>,
    /// A display name.
    pub(crate) name: Option<String>,
    /// Platform accounts.
    pub(crate) accounts: Option<Vec<Account>>,
    /// Scopes, separated by spaces.
    pub(crate) scope: Option<String>,
    /// The seconds until the token expires. `None` means an hour. A negative number makes a token
    /// that has already expired.
    pub(crate) expires_in: Option<i64>,
}

/// A platform account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    membership_type: i64,
    /// A string or, on some platforms, a number. It is passed on unchanged.
    membership_id: Value,
}

#[derive(Serialize)]
struct Claims {
    iss: String,
    aud: &'static str,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    client_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<Vec<Account>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// A token and its lifetime.
#[derive(Debug, Serialize)]
pub(crate) struct Token {
    /// The JWT.
    pub(crate) access_token: String,
    /// Always `Bearer`.
    pub(crate) token_type: &'static str,
    /// The seconds until it expires.
    pub(crate) expires_in: i64,
}

impl Issuer {
    /// Creates an issuer with a new ES256 key. `name` is its URL.
    ///
    /// # Errors
    /// `Key` if no key can be generated, `Sign` if the key has no public form.
    pub(crate) fn new(name: String) -> Result<Self, IssuerError> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        let key = EncodingKey::from_ec_der(document.as_ref());
        let key_id = Uuid::new_v4().to_string();
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        public.common.key_id = Some(key_id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { name, key, key_id, public })
    }

    /// Signs a token for the user in `request`, issued at `now`. A token that has already expired
    /// is issued an hour before its expiry, as a real one would be.
    ///
    /// # Errors
    /// `Sign` if the key cannot sign.
    pub(crate) fn token(
        &self,
        request: TokenRequest,
        now: Timestamp,
    ) -> Result<Token, IssuerError> {
        let expires_in = request.expires_in.unwrap_or(LIFETIME);
        let expires_at = now.seconds().saturating_add(expires_in);
        let issued_at =
            if expires_in > 0 { now.seconds() } else { expires_at.saturating_sub(LIFETIME) };
        let header = Header {
            typ: Some(TOKEN_TYPE.into()),
            kid: Some(self.key_id.clone()),
            ..Header::new(Algorithm::ES256)
        };
        let claims = Claims {
            iss: self.name.clone(),
            aud: AUDIENCE,
            sub: request.sub,
            iat: issued_at,
            nbf: issued_at,
            exp: expires_at,
            jti: Uuid::new_v4().to_string(),
            client_id: "local",
            email_verified: request.email.as_ref().map(|_| request.email_verified.unwrap_or(true)),
            email: request.email,
            phone_number_verified: request
                .phone_number
                .as_ref()
                .map(|_| request.phone_number_verified.unwrap_or(true)),
            phone_number: request.phone_number,
            name: request.name,
            accounts: request.accounts,
            scope: request.scope,
        };
        let access_token = encode(&header, &claims, &self.key)?;
        Ok(Token { access_token, token_type: "Bearer", expires_in })
    }

    /// Returns the public keys (RFC 7517).
    pub(crate) fn keys(&self) -> Value {
        json!({ "keys": [self.public] })
    }

    /// Returns the discovery document (OpenID Connect Discovery 1.0).
    pub(crate) fn discovery(&self) -> Value {
        json!({
            "issuer": self.name,
            "jwks_uri": format!("{}/jwks.json", self.name),
            "token_endpoint": format!("{}/token", self.name),
            "authorization_endpoint": format!("{}/sign-in", self.name),
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["users:write"],
            "claims_supported": ["sub", "email", "email_verified", "phone_number", "phone_number_verified", "name", "accounts"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

    fn claims(request: &str) -> Value {
        let issuer = Issuer::new("http://127.0.0.1:1/local".into()).unwrap();
        let token = issuer
            .token(serde_json::from_str(request).unwrap(), Timestamp::from_seconds(10_000))
            .unwrap()
            .access_token;
        let header = decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(header.kid, issuer.public.common.key_id);
        let jwk: Jwk = serde_json::from_value(issuer.keys()["keys"][0].clone()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&[AUDIENCE]);
        decode(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap().claims
    }

    #[test]
    fn a_token_verifies_with_the_published_key() {
        let claims = claims(r#"{"sub": "29842", "email": "a@example.com", "expires_in": -10}"#);
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(6_390), &json!(9_990)));
        assert_eq!(claims["email_verified"], true);
        assert_eq!(claims["iss"], "http://127.0.0.1:1/local");
        assert!(claims.get("phone_number_verified").is_none());
    }

    #[test]
    fn requested_claims_are_not_changed() {
        let claims = claims(
            r#"{"sub": "1", "email": "a@example.com", "email_verified": false, "accounts": [{"membership_type": 3, "membership_id": "4611"}]}"#,
        );
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(10_000), &json!(13_600)));
        assert_eq!(claims["email_verified"], false);
        assert_eq!(claims["accounts"][0]["membership_id"], "4611");
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<TokenRequest>(r#"{"sub": "1", "e-mail": "x"}"#).is_err());
        assert!(serde_json::from_str::<TokenRequest>(r#"{"email": "x"}"#).is_err());
    }
}
