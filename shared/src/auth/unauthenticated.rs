//! The reason why a request has no caller.

use super::jwks::FetchError;

/// The reason why a request has no caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unauthenticated {
    /// The request has no `Authorization` header. Its response has no error code (RFC 6750 §3).
    Missing,
    /// The token has expired.
    Expired,
    /// The token is malformed, or not valid for this service.
    Invalid,
    /// The issuer's keys can't be fetched, so no caller can be verified.
    IssuerUnavailable(FetchError),
}
