//! What the mail sender works with.

use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Clock;
use crate::engine::Engine;
use crate::mail::Mailer;
use crate::outbound::Outbound;

/// What the mail sender works with. Clones share connections.
#[derive(Clone)]
pub struct MailService {
    /// The use cases.
    pub engine: Engine,
    /// The way to SES.
    pub mailer: Mailer,
    /// The clock.
    pub clock: Clock,
    /// Where links lead: `PUBLIC_URL`.
    pub public_url: String,
}

impl MailService {
    /// Reads the configuration and makes the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn start(environment: &Environment, clock: Clock) -> Result<Self, ConfigError> {
        let outbound = Outbound::new();
        Ok(Self {
            engine: Engine::configure(environment, &outbound)?,
            mailer: Mailer::configure(environment, &outbound)?,
            clock,
            public_url: environment.url(settings::PUBLIC_URL)?,
        })
    }

    /// As a Lambda function starts: from the process's environment, with the system's clock,
    /// logging.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn of_process() -> Result<Self, ConfigError> {
        let environment = Environment::of_process();
        crate::telemetry::init(&environment);
        Self::start(&environment, Clock::system())
    }
}
