//! Links and headings of a Markdown text.

use std::collections::BTreeMap;

/// The targets of a Markdown text's links into the repository, with their lines.
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

/// The lines of a Markdown text outside its fences, without inline code, with their numbers.
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

/// Whether a heading of the Markdown text has this anchor, by GitHub's rule.
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

/// The anchor of a heading: lower case, letters, digits, `_` and `-` only, a `-` for each space.
fn anchor_of(title: &str) -> String {
    let mut visible = String::new();
    for part in title.trim().split("](") {
        // Behind the first, each part begins with the target of a link.
        let text = if visible.is_empty() { part } else { part.split_once(')').map_or("", |p| p.1) };
        visible.push_str(text);
    }
    let kept = visible.chars().filter(|c| c.is_alphanumeric() || " _-".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn anchors_follow_github_s_rule() {
    let text =
        "# What it is, and why: `x_y`\n## Twice\n```sh\n# code\n```\n## Twice\n## [A](b) c\n";
    for anchor in ["what-it-is-and-why-x_y", "twice", "twice-1", "a-c"] {
        assert!(has_heading(text, anchor), "{anchor}");
    }
    for anchor in ["what-it-is", "twice-2", "code"] {
        assert!(!has_heading(text, anchor), "{anchor}");
    }
}
