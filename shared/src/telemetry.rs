//! Logs: JSON lines on standard output, without tokens, addresses or bodies.

use tracing_subscriber::EnvFilter;

use crate::config::Environment;

/// Starts logging at `LOG_LEVEL` (`info` where it is not set). A second call changes nothing.
pub fn init(environment: &Environment) {
    let filter = EnvFilter::try_new(environment.optional("LOG_LEVEL").unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    // Fails only where logging has been started before, which is as good.
    let _started = tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).without_time().try_init();
}
