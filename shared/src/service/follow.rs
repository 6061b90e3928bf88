//! The service of the function that follows changes.

use crate::config::{ConfigError, Environment};
use crate::domain::clock::Clock;
use crate::engine::Engine;
use crate::outbound::Outbound;
use crate::publish::Publisher;

/// The use cases, the publisher of events and the clock. Clones share connections.
#[derive(Clone)]
pub struct FollowService {
    /// The use cases.
    pub engine: Engine,
    /// Publishes events.
    pub publisher: Publisher,
    /// The clock.
    pub clock: Clock,
}

impl FollowService {
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
            publisher: Publisher::configure(environment, outbound)?,
            clock,
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
