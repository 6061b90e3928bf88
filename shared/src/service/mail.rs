//! The service of the mail sender.

use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Clock;
use crate::engine::Engine;
use crate::mail::Mailer;
use crate::outbound::Outbound;

/// The clients and settings of the mail sender. Clones share connections.
#[derive(Clone)]
pub struct MailService {
    /// The use cases.
    pub engine: Engine,
    /// The SES client.
    pub mailer: Mailer,
    /// The clock.
    pub clock: Clock,
    /// The base URL of links: `PUBLIC_URL`.
    pub public_url: String,
}

impl MailService {
    /// Starts the service with an HTTP client of its own.
    ///
    /// # Errors
    /// Those of [`Self::start_with`].
    pub fn start(environment: &Environment, clock: Clock) -> Result<Self, ConfigError> {
        Self::start_with(environment, clock, &Outbound::new())
    }

    /// Reads the configuration and creates the clients, which use `outbound`.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable.
    pub fn start_with(
        environment: &Environment,
        clock: Clock,
        outbound: &Outbound,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            engine: Engine::configure(environment, outbound, &clock)?,
            mailer: Mailer::configure(environment, outbound)?,
            clock,
            public_url: environment.url(settings::PUBLIC_URL)?,
        })
    }

    /// Starts the service of a Lambda function: with the environment of the process, the system's
    /// clock, and logging.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the missing or invalid variable.
    pub fn of_process() -> Result<Self, ConfigError> {
        let environment = Environment::of_process();
        crate::telemetry::init(&environment);
        Self::start(&environment, Clock::system())
    }
}
