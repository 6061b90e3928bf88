//! Who is calling: JSON Web Tokens of the deployment's issuer, verified in the function (RFC 7519,
//! RFC 8725).

mod caller;
mod claims;
mod jwks;
mod verifier;

pub use caller::Caller;
pub use verifier::{Authenticator, Unauthenticated};
