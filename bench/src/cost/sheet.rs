//! Shows rows with their prices: as one JSON object per row, or as a table.

use serde::Serialize;

use super::prices;
use super::recorder::Units;
use super::row::Row;
use crate::report;

/// A row with its prices, as `--json` prints it.
#[derive(Serialize)]
pub(super) struct Priced<'a> {
    #[serde(flatten)]
    row: &'a Row,
    dynamodb_usd_per_million: f64,
    usd_per_million: f64,
}

impl<'a> Priced<'a> {
    /// Adds the prices to the row.
    pub(super) fn of(row: &'a Row) -> Self {
        Self {
            row,
            dynamodb_usd_per_million: rounded(prices::dynamodb(row)),
            usd_per_million: rounded(prices::all(row)),
        }
    }
}

/// Rounds to tenths of a cent.
pub(super) fn rounded(dollars: f64) -> f64 {
    (dollars * 1000.0).round() / 1000.0
}

/// Formats the rows as a table.
pub(super) fn table(rows: &[Row]) -> String {
    let head = [
        "function",
        "case",
        "calls",
        "trips",
        "items read",
        "written",
        "RRU table",
        "by_group",
        "by_invitee",
        "WRU table",
        "by_group",
        "by_invitee",
        "DynamoDB $",
        "all $",
    ];
    let cell =
        |units: &Units, name: &str| units.get(name).map_or_else(String::new, ToString::to_string);
    let cells = |row: &Row| {
        vec![
            row.function.clone(),
            row.case.clone(),
            row.calls.clone(),
            row.round_trips.to_string(),
            row.items_read.to_string(),
            row.items_written.to_string(),
            cell(&row.read, "table"),
            cell(&row.read, "by_group"),
            cell(&row.read, "by_invitee"),
            cell(&row.write, "table"),
            cell(&row.write, "by_group"),
            cell(&row.write, "by_invitee"),
            format!("{:.3}", prices::dynamodb(row)),
            format!("{:.3}", prices::all(row)),
        ]
    };
    report::table(3, &head, &rows.iter().map(cells).collect::<Vec<_>>())
}
