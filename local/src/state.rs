//! The state that all routes share.

use std::sync::Arc;

use shared::domain::clock::Clock;

use crate::gateway::Gateway;
use crate::inbox::Inbox;
use crate::issuer::Issuer;
use crate::stream::OnFailure;

/// The running service.
pub(crate) struct Local {
    /// The URL of this service, without a trailing slash.
    pub(crate) url: String,
    /// The origins of its pages. The first is its URL.
    pub(crate) origins: Vec<String>,
    /// The clock of all functions.
    pub(crate) clock: Clock,
    /// The issuer of the access tokens.
    pub(crate) issuer: Issuer,
    /// The mails that were sent.
    pub(crate) inbox: Inbox,
    /// The HTTP API of the functions.
    pub(crate) gateway: Gateway,
    /// The stream batches that were given up.
    pub(crate) on_failure: OnFailure,
    /// Whether the demo data exist.
    pub(crate) demo: bool,
}

/// The routes' state.
pub(crate) type Shared = Arc<Local>;
