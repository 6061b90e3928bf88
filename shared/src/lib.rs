//! What every function shares.
pub mod config;
pub mod domain { pub mod clock; pub mod display_name; pub mod words; }
pub mod mail { pub mod invitation; }

use config::{ConfigError, Environment};
use domain::clock::Clock;

/// What a request function works with.
#[derive(Clone)]
pub struct Service {}
impl Service {
    /// Reads the configuration and makes the clients.
    pub fn start(_environment: &Environment, _clock: Clock) -> Result<Self, ConfigError> { Ok(Self {}) }
}
/// What the mail sender works with.
#[derive(Clone)]
pub struct MailService {}
impl MailService {
    /// Reads the configuration and makes the clients.
    pub fn start(_environment: &Environment, _clock: Clock) -> Result<Self, ConfigError> { Ok(Self {}) }
}
