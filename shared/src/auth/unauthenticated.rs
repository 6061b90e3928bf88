//! Why nobody is signed in.

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthenticated {
    /// There is no `Authorization` header (RFC 6750 §3: no error code).
    Missing,
    /// The token's time has passed.
    Expired,
    /// The token is not one of ours, or not well formed.
    Invalid,
    /// The issuer's keys can't be had right now: nobody can be told apart.
    IssuerUnavailable,
}
