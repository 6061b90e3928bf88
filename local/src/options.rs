//! The options of the local service.

use std::path::PathBuf;

use tokio::runtime::Handle;

use crate::registry::OwnSettings;

/// The options of the local service.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1, or 0 for any free port.
    pub port: u16,
    /// The file of the embedded database. `None` keeps the data in memory.
    pub data: Option<PathBuf>,
    /// The URL of another DynamoDB-compatible engine. `None` starts the embedded one.
    pub dynamodb: Option<String>,
    /// The URL of another SES v2 endpoint. `None` sends the mails to the inbox.
    pub ses: Option<String>,
    /// The URL of the receiver of webhooks. `None` posts none.
    pub webhook: Option<String>,
    /// Whether to create the demo data.
    pub demo: bool,
    /// Whether the table's stream starts functions.
    pub streams: bool,
    /// Whether schedules start functions. `POST /local/schedules` starts them in any case.
    pub schedules: bool,
    /// Whether the local SES reports what becomes of the mails, so that they are delivered.
    pub feedback: bool,
    /// The runtime of what follows an answer: mails, audit trail, events and the clock. `None` for the
    /// runtime that starts the service.
    pub background: Option<Handle>,
    /// Configuration variables. They take precedence over the service's own.
    pub settings: Vec<(String, String)>,
    /// Returns the variables that only one function has, from its logical id and the variables of
    /// all. `None` gives every function the same variables.
    pub own_settings: Option<OwnSettings>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 3000,
            data: None,
            dynamodb: None,
            ses: None,
            webhook: None,
            demo: true,
            streams: true,
            schedules: true,
            feedback: false,
            background: None,
            settings: Vec::new(),
            own_settings: None,
        }
    }
}
