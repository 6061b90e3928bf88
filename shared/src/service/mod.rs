//! The state that a function starts with: its configuration and its clients. Functions that answer
//! requests also open connections.

mod apps;
mod follow;
mod mail;
mod page;
mod queue;
mod request;
mod schedule;
mod settings;
mod stream;
mod webhook;

pub use apps::AppLinks;
pub use follow::FollowService;
pub use mail::MailService;
pub use page::PageSettings;
pub use queue::{QueueEvent, QueueFailure, QueueMessage, QueueResponse};
pub use request::Service;
pub(crate) use request::refused;
pub use schedule::ScheduledEvent;
pub use settings::{ApiKeys, ApiSettings};
pub use stream::StreamService;
pub use webhook::WebhookService;
