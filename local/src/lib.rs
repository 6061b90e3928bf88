//! The local service: all of Beckon in one process, for a laptop and for tests.
//!
//! [`start`] runs every function and replaces the AWS services around them:
//!
//! - A gateway builds the events that Lambda would get.
//! - An embedded DynamoDB has the table. Its stream starts the background functions.
//! - An SES endpoint puts mails into an inbox.
//! - An issuer signs tokens for any user.

mod commits;
mod database;
mod demo;
mod embedded;
mod environment;
mod function;
mod gateway;
mod inbox;
mod issuer;
mod message;
mod options;
mod pages;
mod registry;
mod router;
mod ses;
mod sign_in;
mod start;
mod state;
mod stream;
mod tasks;
mod template;

pub use database::DatabaseError;
pub use demo::DemoError;
pub use embedded::{Embedded, embedded};
pub use function::{Handler, RequestHandle, StreamHandle};
pub use issuer::IssuerError;
pub use options::Options;
pub use registry::{
    Access, Callers, FUNCTIONS, Function, Handlers, Kind, OwnSettings, RegistryError, Trigger,
    handlers, logical_id,
};
pub use start::{Running, StartError, start};
pub use stream::FilterError;
pub use template::TemplateError;
