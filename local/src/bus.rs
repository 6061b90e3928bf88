//! The events that the service has published.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// The most events that are kept. The oldest are dropped first.
const CAPACITY: usize = 10_000;

/// An event on a bus, as a rule of EventBridge gets it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct BusEvent {
    /// The id that the bus gave it.
    pub(crate) id: String,
    /// The bus.
    pub(crate) event_bus: String,
    /// The source.
    pub(crate) source: String,
    /// The kind.
    pub(crate) detail_type: String,
    /// The time of the change, in RFC 3339.
    pub(crate) time: String,
    /// The event itself.
    pub(crate) detail: Value,
}

/// The events in memory.
#[derive(Debug, Default)]
pub(crate) struct Bus(Mutex<VecDeque<BusEvent>>);

impl Bus {
    /// Adds an event.
    pub(crate) fn add(&self, event: BusEvent) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.push_front(event);
        events.truncate(CAPACITY);
    }

    /// Returns all events, newest first.
    pub(crate) fn events(&self) -> Vec<BusEvent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Deletes all events.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
