//! The test harness for tests that need more than one package.
//!
//! A test starts its own service ([`App`]), sends requests as people ([`Person`]) and asserts on
//! the answers ([`Answer`]). It can replace the issuer ([`Issuer`]), SES ([`Ses`]) and
//! EventBridge ([`Bus`]), receive webhooks ([`Receiver`]), and put a proxy in front of the table
//! ([`Proxy`]).
//!
//! ```text
//! let app = App::start().await;
//! let alice = app.owner().await;
//! let invited = alice.invited(json!({"email": "ada@example.com"})).await;
//! app.person("ada").accepts(&invited.token).await.is(200);
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

pub mod access;
mod answer;
mod answers;
mod app;
pub mod asked;
mod at_once;
mod bus;
pub mod events;
mod issuer;
mod lossy_table;
pub mod mail;
mod mistake;
mod native;
mod partial;
mod person;
mod proxy;
mod receiver;
mod recorder;
mod server;
mod ses;
pub mod table;
mod time;
pub mod under;

pub use answer::Answer;
pub use app::{App, GROUP};
pub use at_once::{AtOnce, at_last};
pub use bus::Bus;
pub use issuer::{Issuer, SigningKey};
pub use lossy_table::{ANY, Breakage, Hold, LossyTable};
pub use mail::Mail;
pub use mistake::panics;
pub use native::Invited;
pub use person::Person;
pub use proxy::{Call, Proxy, Reply};
pub use receiver::{Received, Receiver};
pub use ses::{Ses, Verdict};
pub use time::{eventually, seconds};
