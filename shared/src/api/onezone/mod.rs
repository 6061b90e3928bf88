//! The onezone API: invite tokens that are macaroons (docs/contracts/onezone.md).

mod credentials;
mod failure;
mod form;
mod join;
mod token;

pub use credentials::caller;
pub use failure::{Failure, respond};
pub use form::acceptable;
pub use join::{joined, token_of_body};
pub use token::{TokenBody, new_token};
