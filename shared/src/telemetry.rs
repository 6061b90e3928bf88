//! Logs: JSON lines on standard output, without tokens, addresses or bodies.

use std::str::FromStr;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Environment, settings};

/// Starts logging at `LOG_LEVEL` (`info` where it is not set, or no level). A second call changes
/// nothing. Release builds have no lines below `info`: those of the SDK hold bodies, and cost time
/// even where nobody reads them.
///
/// A panic is logged by where it happened. Its message is not, for it may quote what somebody sent.
pub fn init(environment: &Environment) {
    let level = environment.optional(settings::LOG_LEVEL);
    let level = level.and_then(|level| LevelFilter::from_str(level).ok());
    let lines = tracing_subscriber::fmt::layer().json().with_target(false).without_time();
    // Fails only where logging has been started before, which is as good.
    let _started = tracing_subscriber::registry()
        .with(lines)
        .with(level.unwrap_or(LevelFilter::INFO))
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "Panicked at {place}");
    }));
}
