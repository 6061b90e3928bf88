//! Who is calling: JSON Web Tokens of the deployment's issuer, verified in the function (RFC 7519,
//! RFC 8725).

mod authenticator;
mod bearer;
mod caller;
mod claims;
mod jwks;
mod keys;
mod signature;
mod unauthenticated;

pub use authenticator::Authenticator;
pub use caller::Caller;
pub use unauthenticated::Unauthenticated;
