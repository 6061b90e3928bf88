//! What ends a measurement.

/// Anything that can go wrong in a measurement ends it, with its message.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;
