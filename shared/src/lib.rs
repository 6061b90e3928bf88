//! What every function of Beckon shares.
//!
//! Dependencies run one way: `functions → APIs, http, auth → engine → domain`, and `engine → store,
//! mail`. See ARCHITECTURE.md.

pub mod api;
pub mod auth;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod mail;
mod outbound;
mod service;
pub mod store;
pub mod telemetry;

pub use service::{ApiKeys, ApiSettings, MailService, Service};
