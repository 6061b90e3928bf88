//! Figures and tables; the tables are Markdown, so that they can go into the documentation as they are.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::Fault;

/// The value below which this part of the durations is, in milliseconds.
pub(crate) fn percentile(durations: &mut [Duration], percent: usize) -> f64 {
    durations.sort_unstable();
    let at = (durations.len() * percent / 100).min(durations.len().saturating_sub(1));
    durations.get(at).map_or(f64::NAN, |duration| duration.as_secs_f64() * 1000.0)
}

/// A process's memory in MB: the line of `status` in its folder of `/proc` that begins so.
pub(crate) fn memory(folder: &Path, line: &str) -> Result<f64, Fault> {
    let status = std::fs::read_to_string(folder.join("status"))?;
    let value = status.lines().find_map(|found| found.strip_prefix(line)).ok_or("no such line")?;
    let kilobytes: f64 = value.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}

/// A table with the first `texts` columns to the left and all others to the right.
pub(crate) fn table(texts: usize, head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head.get(column).map_or(0, |cell| cell.chars().count())]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            // Writing to a text can't fail.
            let _written = if column < texts { write!(line, "| {cell:width$} ") } else { write!(line, "| {cell:>width$} ") };
        }
        line + "|\n"
    };
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: String = widths.iter().enumerate().map(|(column, width)| rule(*width, column >= texts)).collect();
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("{}{rule}|\n{rows}", line(&head))
}

fn rule(width: usize, right: bool) -> String {
    format!("|{}{}", "-".repeat(width + 1), if right { ":" } else { "-" })
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["long".to_owned(), "1".to_owned()]];
        assert_eq!(table(1, &["x", "n"], &rows), "| x    |  n |\n|------|---:|\n| a    | 10 |\n| long |  1 |\n");
    }
}
