//! The code that all of Beckon's functions share.
//!
//! Functions import `api`, which imports `service`, `http` and `engine`. Below `engine` are `auth`,
//! `store` and `mail`, and below these `domain`. ARCHITECTURE.md has the table of allowed imports.

pub mod api;
pub mod auth;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod mail;
mod outbound;
pub mod publish;
mod service;
pub mod store;
pub mod stream;
pub mod telemetry;
pub mod texts;

pub use outbound::Outbound;
pub use service::{
    ApiKeys, ApiSettings, AppLinks, FollowService, MailService, PageSettings, QueueEvent,
    QueueFailure, QueueMessage, QueueResponse, ScheduledEvent, Service, StreamService,
    WebhookService,
};
