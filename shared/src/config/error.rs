//! Why a configuration can't be used.

use std::fmt;

/// Why the configuration can't be used: which variable, and what is wrong with it. Never shows the
/// value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration variable {} {}", self.variable, self.problem)
    }
}

impl std::error::Error for ConfigError {}
