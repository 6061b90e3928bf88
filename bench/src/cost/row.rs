//! One operation, and what it took.

use serde::Serialize;

use super::recorder::{Call, Units};

/// One operation, and what it took.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The function.
    pub(crate) function: String,
    /// What it was asked for.
    pub(crate) case: String,
    /// How many times the function waited for DynamoDB; calls that are made at once count once.
    pub(crate) round_trips: u32,
    /// The calls, `,` between round trips and `+` between those of one.
    pub(crate) calls: String,
    /// Items given back or looked at.
    pub(crate) items_read: u64,
    /// Items put, changed or deleted.
    pub(crate) items_written: u64,
    /// Read request units on the table and on each index.
    pub(crate) read: Units,
    /// Write request units on the table and on each index.
    pub(crate) write: Units,
    /// Whether the stream started it, so that no gateway is between.
    pub(crate) background: bool,
}

impl Row {
    /// The row of these calls.
    pub(super) fn of(function: &str, case: &str, background: bool, calls: &[Call]) -> Self {
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
            background,
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
