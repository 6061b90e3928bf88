//! The code that all of Beckon's functions share.
//!
//! `functions` call `api`, `http` and `auth`; these call `engine`; `engine` calls `store`, `mail`
//! and `domain`. See ARCHITECTURE.md.

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
pub mod stream;
pub mod telemetry;

pub use service::{ApiKeys, ApiSettings, MailService, Service};
