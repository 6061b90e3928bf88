//! What the local service can be told.

use std::path::PathBuf;

use crate::registry::OwnSettings;

/// What the local service can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any.
    pub port: u16,
    /// A file for the embedded database; none for memory.
    pub data: Option<PathBuf>,
    /// Another DynamoDB-compatible engine's URL, instead of the embedded one.
    pub dynamodb: Option<String>,
    /// Another SES v2 endpoint's URL, instead of the inbox.
    pub ses: Option<String>,
    /// Whether to put the demo data in.
    pub demo: bool,
    /// Configuration variables, going before the service's own.
    pub settings: Vec<(String, String)>,
    /// Variables that a function has to itself, by its logical id and what all have; none gives
    /// every function the same.
    pub own_settings: Option<OwnSettings>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 3000,
            data: None,
            dynamodb: None,
            ses: None,
            demo: true,
            settings: Vec::new(),
            own_settings: None,
        }
    }
}
