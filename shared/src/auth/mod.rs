//! Authentication: verifies the JSON Web Tokens of the configured issuer (RFC 7519, RFC 8725).

mod authenticator;
mod bearer;
mod caller;
mod claims;
mod jwks;
mod keys;
mod reason;
mod signature;
mod unauthenticated;

pub use authenticator::Authenticator;
pub use caller::Caller;
pub use jwks::FetchError;
pub use reason::Reason;
pub use unauthenticated::Unauthenticated;
