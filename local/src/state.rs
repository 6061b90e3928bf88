//! What all routes of the service share.

use std::sync::Arc;

use shared::domain::clock::Clock;

use crate::gateway::Gateway;
use crate::inbox::Inbox;
use crate::issuer::Issuer;
use crate::stream::OnFailure;

/// The running service.
pub(crate) struct Local {
    /// Where this service is, without a slash at the end.
    pub(crate) url: String,
    /// The origins of its pages: its URL first.
    pub(crate) origins: Vec<String>,
    /// The one clock.
    pub(crate) clock: Clock,
    /// Signs people in.
    pub(crate) issuer: Issuer,
    /// The mails.
    pub(crate) inbox: Inbox,
    /// The API.
    pub(crate) gateway: Gateway,
    /// The batches that were given up.
    pub(crate) on_failure: OnFailure,
    /// Whether there are demo data.
    pub(crate) demo: bool,
}

/// The routes' state.
pub(crate) type Shared = Arc<Local>;
