//! The rows of the growing load, with their growth.

use std::time::Duration;

use serde_json::json;

use super::server::per_second;
use crate::report;

/// A row of the table.
pub(super) struct Row {
    /// Where the data is.
    pub(super) data: String,
    /// The number of stored invites.
    pub(super) stored: usize,
    /// What was requested, and where.
    pub(super) operation: String,
    /// The operation whose first row this one is compared with.
    pub(super) base: String,
    pub(super) at_once: usize,
    per_second: f64,
    p50: f64,
    p99: f64,
}

impl Row {
    /// Creates a row from the total time and the time of each request.
    pub(super) fn new(
        data: &str,
        stored: usize,
        (operation, base): (String, String),
        at_once: usize,
        (altogether, mut took): (Duration, Vec<Duration>),
    ) -> Self {
        let (p50, p99) = (report::percentile(&mut took, 50), report::percentile(&mut took, 99));
        let per_second = per_second(took.len(), altogether);
        Self { data: data.to_owned(), stored, operation, base, at_once, per_second, p50, p99 }
    }

    /// Returns the median time in relation to the first row of the base.
    fn growth(&self, rows: &[Self]) -> f64 {
        let is_base = |row: &&Self| {
            row.operation == self.base && row.data == self.data && row.at_once == self.at_once
        };
        rows.iter().find(is_base).map_or(f64::NAN, |base| self.p50 / base.p50)
    }
}

/// Prints the rows.
pub(super) fn print(rows: &[Row], json: bool) {
    let mut cells = Vec::new();
    for row in rows {
        let growth = row.growth(rows);
        let Row { data, stored, operation, base, at_once, per_second, p50, p99 } = row;
        if json {
            println!(
                "{}",
                json!({"data": data, "stored": stored, "operation": operation, "base": base, "at_once": at_once, "per_second": per_second, "p50_ms": p50, "p99_ms": p99, "growth": growth})
            );
        }
        let numbers = [
            at_once.to_string(),
            stored.to_string(),
            format!("{per_second:.0}"),
            format!("{p50:.2}"),
            format!("{p99:.2}"),
            format!("{growth:.2}×"),
        ];
        cells.push([data.clone(), operation.clone()].into_iter().chain(numbers).collect());
    }
    if !json {
        let head = [
            "data",
            "operation",
            "at once",
            "stored",
            "req/s",
            "p50 ms",
            "p99 ms",
            "p50 to the first",
        ];
        println!("\n{}", report::table(2, &head, &cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(data: &str, operation: &str, base: &str, at_once: usize, milliseconds: u64) -> Row {
        let took = Duration::from_millis(milliseconds);
        let names = (operation.to_owned(), base.to_owned());
        Row::new(data, 1000, names, at_once, (took, vec![took]))
    }

    #[test]
    fn growth_compares_with_the_first_row_of_the_base() {
        let rows = [
            row("memory", "create", "create", 1, 100),
            row("memory", "create", "create", 16, 4),
            row("file", "create", "create", 16, 2),
            row("file", "create", "create", 16, 3),
            row("file", "create, crowded", "create", 16, 8),
            row("file", "join", "create, elsewhere", 16, 8),
        ];
        let growths: Vec<f64> = rows.iter().map(|row| row.growth(&rows)).collect();
        assert_eq!(growths[..5], [1.0, 1.0, 1.0, 1.5, 4.0]);
        assert!(growths[5].is_nan());
    }
}
