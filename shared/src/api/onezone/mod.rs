//! The onezone API: invite tokens that are macaroons (docs/contracts/onezone.md).

mod accept_header;
mod credentials;
mod failure;
mod join;
mod token;

pub use accept_header::acceptable;
pub use credentials::caller;
pub use failure::{Failure, respond};
pub use join::{joined, token_of_body};
pub use token::{TokenBody, new_token};
