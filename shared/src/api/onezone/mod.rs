//! The onezone API: invite tokens that are macaroons (contract onezone).

mod credentials;
mod failure;
mod form;

pub use credentials::caller;
pub use failure::{Failure, respond};
pub use form::acceptable;
