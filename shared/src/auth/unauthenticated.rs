//! The reason why a request has no caller.

use super::jwks::FetchError;
use super::reason::Reason;

/// The reason why a request has no caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unauthenticated {
    /// The request has no `Authorization` header. Its response has no error code (RFC 6750 §3).
    Missing,
    /// The token has expired.
    Expired,
    /// The token is malformed, or not valid for this service. The reason is for the log only.
    Invalid(Reason),
    /// The issuer's keys can't be fetched, so no caller can be verified.
    IssuerUnavailable(FetchError),
}

impl Unauthenticated {
    /// Returns the code in the log.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Expired => "expired",
            Self::Invalid(reason) => reason.code(),
            Self::IssuerUnavailable(_) => "issuer_unavailable",
        }
    }
}
