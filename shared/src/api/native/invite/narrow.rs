//! Narrowing a token.

use serde::{Deserialize, Serialize};

use super::super::Instant;
use super::created::link;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::email::{EmailAddress, parse_domain};
use crate::domain::invitee::Lifetime;
use crate::domain::macaroon::Narrowing;
use crate::domain::token::InviteToken;
use crate::http::RequestError;

/// The body of `POST /v1/invites/narrow`: a token, and at least one restriction.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NarrowBody {
    /// The link's token.
    pub token: String,
    /// The seconds from now until the narrower token expires, from 1 to 31,536,000.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 31_536_000))]
    expires_in: Option<i64>,
    /// The only address that may use it, verified by the issuer.
    email: Option<EmailAddress>,
    /// The only mail domain whose verified addresses may use it.
    domain: Option<String>,
}

impl NarrowBody {
    /// Returns the restrictions to add at `now`.
    ///
    /// # Errors
    /// `InvalidBody` without a restriction, for a time out of range, and for an invalid domain.
    pub fn narrowing(&self, now: Timestamp) -> Result<Narrowing, RequestError> {
        let Self { token: _, expires_in, email, domain } = self;
        if expires_in.is_none() && email.is_none() && domain.is_none() {
            return Err(RequestError::field("", NOTHING));
        }
        if expires_in.is_some_and(|seconds| !(1..=Lifetime::LONGEST).contains(&seconds)) {
            return Err(RequestError::field("/expires_in", TIME));
        }
        let domain = domain.as_deref().map(parse_domain).transpose();
        Ok(Narrowing {
            until: expires_in.map(|seconds| now.plus(seconds)),
            address: email.clone(),
            domain: domain.map_err(|invalid| RequestError::field("/domain", invalid))?,
        })
    }
}

const NOTHING: Invalid =
    Invalid::new("no_restriction", "Give at least one of expires_in, email and domain.");
const TIME: Invalid = Invalid::new("invalid_lifetime", "Give 1 to 31536000 seconds.");

/// A narrower token.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NarrowedBody<'a> {
    /// The link.
    url: String,
    /// The token, a secret.
    token: &'a str,
    /// When the restrictions end the token; `null` if none does. The invite may end before.
    expires_at: Option<Instant>,
}

impl<'a> NarrowedBody<'a> {
    /// Renders the token, and its link under `public_url`.
    pub fn new(token: &'a InviteToken, until: Option<Timestamp>, public_url: &str) -> Self {
        Self {
            url: link(public_url, token),
            token: token.expose(),
            expires_at: until.map(Instant::from),
        }
    }
}
