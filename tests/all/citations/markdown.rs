//! Reads the links and headings of a Markdown text.

use std::collections::BTreeMap;

/// Returns the link targets inside the repository, with their line numbers.
pub(super) fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..].split([')', ' ']).next().unwrap_or_default();
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push((number, target.to_owned()));
            }
        }
    }
    found
}

/// Returns the numbered lines outside fenced blocks, without inline code.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let outside = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            lines.push((at + 1, outside));
        }
    }
    lines
}

/// Returns whether a heading has this anchor by GitHub's rule.
pub(super) fn has_heading(text: &str, anchor: &str) -> bool {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        if fenced || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let own = anchor_of(title);
        let times = seen.entry(own.clone()).or_default();
        let own = if *times == 0 { own } else { format!("{own}-{times}") };
        *times += 1;
        if own == anchor {
            return true;
        }
    }
    false
}

/// Returns the anchor of a heading: lower case, with a `-` for each space. Only letters, digits,
/// `_` and `-` remain.
fn anchor_of(title: &str) -> String {
    let mut visible = String::new();
    for part in title.trim().split("](") {
        // Each part after the first begins with a link target.
        let text = if visible.is_empty() { part } else { part.split_once(')').map_or("", |p| p.1) };
        visible.push_str(text);
    }
    let kept = visible.chars().filter(|c| c.is_alphanumeric() || " _-".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn anchors_follow_the_rule_of_github() {
    let text =
        "# What it is, and why: `x_y`\n## Twice\n```sh\n# code\n```\n## Twice\n## [A](b) c\n";
    for anchor in ["what-it-is-and-why-x_y", "twice", "twice-1", "a-c"] {
        assert!(has_heading(text, anchor), "{anchor}");
    }
    for anchor in ["what-it-is", "twice-2", "code"] {
        assert!(!has_heading(text, anchor), "{anchor}");
    }
}
