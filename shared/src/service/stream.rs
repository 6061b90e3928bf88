//! The service of a function that the table's stream or a schedule starts and that sends no mail.

use crate::config::{ConfigError, Environment};
use crate::domain::clock::Clock;
use crate::engine::Engine;
use crate::outbound::Outbound;

/// The use cases and the clock. Clones share connections.
#[derive(Clone)]
pub struct StreamService {
    /// The use cases.
    pub engine: Engine,
    /// The clock.
    pub clock: Clock,
}

impl StreamService {
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
        Ok(Self { engine: Engine::configure(environment, outbound, &clock)?, clock })
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
