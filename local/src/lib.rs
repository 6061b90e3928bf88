//! The local service: all of Beckon in one process, for a laptop and for tests.
//!
//! [`start`] runs every function and replaces the AWS services around them:
//!
//! - A gateway builds the events that Lambda would get.
//! - An embedded DynamoDB has the table, or fails as it is told to. Its stream starts the background
//!   functions.
//! - An SES endpoint puts mails into an inbox, or fails as it is told to.
//! - An EventBridge endpoint collects events, and an SQS endpoint queues webhooks.
//! - An issuer signs tokens for any user.

mod app;
mod aws_json;
mod background;
mod bus;
mod commits;
mod crash;
mod database;
mod demo;
mod embedded;
mod environment;
mod eventbridge;
mod faults;
mod function;
mod gateway;
mod in_process;
mod inbox;
mod issuer;
mod message;
mod options;
mod pages;
mod queue;
mod registry;
mod router;
mod schedule;
mod server;
mod ses;
mod sign_in;
mod sqs;
mod start;
mod state;
mod stream;
mod tasks;
mod template;
mod topic;

pub use background::background;
pub use database::DatabaseError;
pub use demo::DemoError;
pub use embedded::{Embedded, embedded};
pub use function::{
    Handler, QueueHandle, RequestHandle, ScheduleHandle, StreamHandle, TopicHandle,
};
pub use issuer::IssuerError;
pub use options::Options;
pub use registry::{
    Access, Callers, FUNCTIONS, Function, Handlers, Kind, OwnSettings, RegistryError, Trigger,
    handlers, logical_id,
};
pub use start::{Running, StartError, start};
pub use stream::FilterError;
pub use template::TemplateError;
