//! The onezone API: invite tokens that are macaroons (docs/contracts/onezone.md).

mod credentials;
mod failure;
mod form;

pub use credentials::caller;
pub use failure::{Failure, respond};
pub use form::acceptable;
