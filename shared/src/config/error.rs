//! The error of a configuration that cannot be used.

use std::fmt;

/// A missing or invalid variable. Never shows the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The name of the variable.
    pub variable: &'static str,
    /// The problem, as the predicate of a sentence about the variable.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration variable {} {}", self.variable, self.problem)
    }
}

impl std::error::Error for ConfigError {}
