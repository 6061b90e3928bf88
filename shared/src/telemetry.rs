//! Logging: JSON lines on standard output, without tokens, addresses or bodies.

use std::str::FromStr;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Environment, settings};

/// Starts logging at `LOG_LEVEL`, or at `info` if it is unset or invalid. A second call changes
/// nothing.
///
/// Release builds contain no log lines below `info`: the SDK's would contain bodies, and they cost
/// time even when disabled.
///
/// A panic is logged with its location but not its message, because the message may quote user
/// input.
pub fn init(environment: &Environment) {
    // Fails only if logging has already been started.
    let _started = subscriber(environment, std::io::stdout).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "Panicked at {place}");
    }));
}

/// Returns what writes the log lines to `writer`: one JSON object a line.
///
/// `timestamp`, `level`, `message` and the event's fields are at the top level. Lambda's JSON log
/// format takes a line's level from there, and treats a line without `timestamp` and `level` as
/// `INFO` (docs/adr/0024).
pub fn subscriber<W>(
    environment: &Environment,
    writer: W,
) -> impl tracing::Subscriber + Send + Sync + 'static + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = environment.optional(settings::LOG_LEVEL);
    let level = level.and_then(|level| LevelFilter::from_str(level).ok());
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_span_list(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(lines).with(level.unwrap_or(LevelFilter::INFO))
}
