//! The error of every measurement.

/// An error with a message, which ends the measurement.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;
