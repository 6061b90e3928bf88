//! The state that all routes share.

use std::sync::{Arc, OnceLock};

use shared::domain::clock::Clock;

use crate::bus::Bus;
use crate::faults::{FunctionFault, Orders, SesFault, TableFault};
use crate::gateway::Gateway;
use crate::inbox::Inbox;
use crate::issuer::Issuer;
use crate::queue::Queues;
use crate::schedule::Scheduled;
use crate::stream::OnFailure;
use crate::topic::Topic;

/// The app that people join.
pub(crate) struct JoinedApp {
    /// Its name.
    pub(crate) name: String,
    /// Where it is. Empty if that is unknown.
    pub(crate) url: String,
}

/// The running service.
pub(crate) struct Local {
    /// The URL of this service, without a trailing slash.
    pub(crate) url: String,
    /// The origins of its pages. The first is its URL.
    pub(crate) origins: Vec<String>,
    /// The app that people join.
    pub(crate) app: JoinedApp,
    /// The clock of all functions.
    pub(crate) clock: Clock,
    /// The issuer of the access tokens.
    pub(crate) issuer: Issuer,
    /// The mails that were sent.
    pub(crate) inbox: Inbox,
    /// What SES does with mails instead of sending them.
    pub(crate) faults: Orders<SesFault>,
    /// What the embedded DynamoDB does instead of answering. `None` for another engine.
    pub(crate) table_faults: Option<Arc<Orders<TableFault>>>,
    /// What becomes of the functions' invocations.
    pub(crate) function_faults: Arc<Orders<FunctionFault>>,
    /// The topic to which SES reports what becomes of the mails. `None` if it reports nothing.
    pub(crate) topic: Option<Topic>,
    /// The events that were published.
    pub(crate) bus: Bus,
    /// The queues.
    pub(crate) queues: Queues,
    /// The HTTP API of the functions.
    pub(crate) gateway: Gateway,
    /// The functions that a schedule starts.
    pub(crate) schedules: Vec<Scheduled>,
    /// The stream batches that were given up.
    pub(crate) on_failure: OnFailure,
    /// Whether the service has demo data.
    pub(crate) demo: bool,
    /// Set when the service is ready: the demo data exist.
    pub(crate) ready: OnceLock<()>,
}

/// The routes' state.
pub(crate) type Shared = Arc<Local>;
