//! An operation and the capacity that it consumed.

use serde::Serialize;

use super::recorder::{Call, Units};

/// An operation and the capacity that it consumed.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The function.
    pub(crate) function: String,
    /// The kind of request to the function.
    pub(crate) case: String,
    /// The number of sequential waits for DynamoDB. Concurrent calls count once.
    pub(crate) round_trips: u32,
    /// The calls, with `,` between round trips and `+` between concurrent calls.
    pub(crate) calls: String,
    /// The number of items returned or scanned.
    pub(crate) items_read: u64,
    /// The number of items put, updated or deleted.
    pub(crate) items_written: u64,
    /// The read request units of the table and of each index.
    pub(crate) read: Units,
    /// The write request units of the table and of each index.
    pub(crate) write: Units,
    /// What started it.
    pub(crate) started_by: StartedBy,
}

/// What starts a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StartedBy {
    /// A request, through the gateway.
    Request,
    /// The stream, for a mail that is due.
    Mail,
    /// The stream, for a change that may have consequences.
    Change,
}

impl Row {
    /// Creates the row of these calls.
    pub(super) fn of(function: &str, case: &str, started_by: StartedBy, calls: &[Call]) -> Self {
        let mut trips: Vec<Vec<&str>> = Vec::new();
        let mut row = Self {
            function: function.to_owned(),
            case: case.to_owned(),
            round_trips: 0,
            calls: String::new(),
            items_read: 0,
            items_written: 0,
            read: Units::new(),
            write: Units::new(),
            started_by,
        };
        let mut calls: Vec<&Call> = calls.iter().collect();
        calls.sort_by(|a, b| (a.trip, &a.operation).cmp(&(b.trip, &b.operation)));
        let mut last = None;
        for call in calls {
            if last != Some(call.trip) {
                trips.push(Vec::new());
                last = Some(call.trip);
            }
            trips.iter_mut().next_back().into_iter().for_each(|trip| trip.push(&call.operation));
            row.items_read += call.items_read;
            row.items_written += call.items_written;
            for (sum, units) in [(&mut row.read, &call.read), (&mut row.write, &call.write)] {
                units
                    .iter()
                    .for_each(|(name, units)| *sum.entry(name.clone()).or_default() += units);
            }
        }
        row.round_trips = u32::try_from(trips.len()).unwrap_or(u32::MAX);
        row.calls = trips.iter().map(|trip| trip.join(" + ")).collect::<Vec<_>>().join(", ");
        row
    }
}
