//! The use cases of mails.

mod send;

pub use send::SendOutcome;
