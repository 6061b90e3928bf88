//! The event of a schedule.

use serde::Deserialize;

/// The event of EventBridge Scheduler. The function's own clock tells the time, because an event may
/// arrive late.
#[derive(Debug, Deserialize)]
pub struct ScheduledEvent {
    /// The schedule that started the function.
    #[serde(default)]
    pub resources: Vec<String>,
}
