//! Figures and tables; the tables are Markdown, so that they can go into the documentation as they
//! are.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::fault::Fault;

/// The value below which this part of the durations is, in milliseconds.
pub(crate) fn percentile(durations: &mut [Duration], percent: usize) -> f64 {
    durations.sort_unstable();
    let at = (durations.len() * percent / 100).min(durations.len().saturating_sub(1));
    durations.get(at).map_or(f64::NAN, |duration| duration.as_secs_f64() * 1000.0)
}

/// The middle value, or the mean of the two in the middle; the values are sorted by it.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let upper = values.get(values.len() / 2);
    let lower = values.get(values.len().saturating_sub(1) / 2);
    lower.zip(upper).map_or(f64::NAN, |(lower, upper)| f64::midpoint(*lower, *upper))
}

/// A value with as many digits as say something.
pub(crate) fn short(value: f64) -> String {
    let digits = if value >= 100.0 { 0 } else { 2 - usize::from(value >= 10.0) };
    format!("{value:.digits$}")
}

/// A median, and between what the sorted values lie.
pub(crate) fn spread(median: f64, sorted: &[f64]) -> String {
    let ends = sorted.first().zip(sorted.last());
    ends.map_or_else(String::new, |(low, high)| {
        format!("{} ({}–{})", short(median), short(*low), short(*high))
    })
}

/// A process's memory in MB: the line of `status` in its folder of `/proc` that begins so.
pub(crate) fn memory(folder: &Path, line: &str) -> Result<f64, Fault> {
    let status = std::fs::read_to_string(folder.join("status"))?;
    megabytes(&status, line)
}

/// A number of kilobytes among the lines that the system has on a process, in MB: the line that
/// begins so.
pub(crate) fn megabytes(lines: &str, line: &str) -> Result<f64, Fault> {
    let value = lines.lines().find_map(|found| found.strip_prefix(line)).ok_or("no such line")?;
    let kilobytes: f64 = value.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}

/// A table with the first `texts` columns to the left and all others to the right.
pub(crate) fn table(texts: usize, head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells
            .chain([head.get(column).map_or(0, |cell| cell.chars().count())])
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            // Writing to a text can't fail.
            let _written = if column < texts {
                write!(line, "| {cell:width$} ")
            } else {
                write!(line, "| {cell:>width$} ")
            };
        }
        line + "|\n"
    };
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: String =
        widths.iter().enumerate().map(|(column, width)| rule(*width, column >= texts)).collect();
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("{}{rule}|\n{rows}", line(&head))
}

fn rule(width: usize, right: bool) -> String {
    format!("|{}{}", "-".repeat(width + 1), if right { ":" } else { "-" })
}

#[cfg(test)]
mod tests {
    use super::{median, megabytes, spread, table};

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        assert_eq!(median(&mut [9.0, 1.0, 2.0]).to_string(), "2");
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 9.0]).to_string(), "3");
        assert!(median(&mut []).is_nan());
    }

    #[test]
    fn a_line_of_kilobytes_is_read_as_megabytes() {
        let lines = "Rss:                9000 kB\nPss_Dirty:          1000 kB\nPss:                5000 kB\n";
        assert_eq!(megabytes(lines, "Pss:").unwrap().to_string(), "5.12");
        assert!(megabytes(lines, "Swap:").is_err());
    }

    #[test]
    fn a_spread_shows_three_digits() {
        assert_eq!(spread(12.34, &[1.234, 12.34, 1234.5]), "12.3 (1.23–1234)");
        assert_eq!(spread(f64::NAN, &[]), "");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["long".to_owned(), "1".to_owned()]];
        assert_eq!(
            table(1, &["x", "n"], &rows),
            "| x    |  n |\n|------|---:|\n| a    | 10 |\n| long |  1 |\n"
        );
    }
}
