//! The state that a function starts with: its configuration and its clients. Functions that answer
//! requests also open connections.

mod mail;
mod request;
mod settings;

pub use mail::MailService;
pub use request::Service;
pub use settings::{ApiKeys, ApiSettings};
