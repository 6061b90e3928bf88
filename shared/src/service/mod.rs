//! What a function is started with: configuration read, clients made, and for request functions
//! connections opened.

mod mail;
mod request;
mod settings;

pub use mail::MailService;
pub use request::Service;
pub use settings::{ApiKeys, ApiSettings};
