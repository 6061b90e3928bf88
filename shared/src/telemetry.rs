//! Logs: JSON lines on standard output, without tokens, addresses or bodies.

use tracing_subscriber::EnvFilter;

use crate::config::Environment;

/// Starts logging at `LOG_LEVEL` (`info` where it is not set). A second call changes nothing.
///
/// A panic is logged by where it happened. Its message is not, for it may quote what somebody sent.
pub fn init(environment: &Environment) {
    let filter = EnvFilter::try_new(environment.optional("LOG_LEVEL").unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    // Fails only where logging has been started before, which is as good.
    let _started = tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).without_time().try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "Panicked at {place}");
    }));
}
