//! Finds and hides the parts that no name may show: web addresses and telephone numbers.

use std::ops::Range;

use super::digits::{Seen, read, runs};

/// Replaces a hidden part.
const ELLIPSIS: &str = "…";

/// A part of a name that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// A web address: `://` or `www.` with what follows.
    WebAddress,
    /// A telephone number: `+`, `00` or `0`, and eight digits or more.
    TelephoneNumber,
}

/// Returns the first kind of hidden part in the name. `None` if the whole name is shown.
pub fn find_hidden(name: &str) -> Option<Hidden> {
    let seen = read(name);
    if web_address(&seen).is_some() {
        Some(Hidden::WebAddress)
    } else {
        telephone_number(&seen).map(|_| Hidden::TelephoneNumber)
    }
}

/// Replaces every hidden part by an ellipsis. `None` if the name shows nothing else.
pub(super) fn hide(name: &str) -> Option<String> {
    let mut shown = name.to_owned();
    for find in [telephone_number, web_address] {
        loop {
            let seen = read(&shown);
            let Some(Range { start, end }) = find(&seen) else { break };
            shown.replace_range(seen[start].bytes.start..seen[end - 1].bytes.end, ELLIPSIS);
        }
    }
    let says_something =
        |c: char| !ELLIPSIS.contains(c) && !c.is_whitespace() && !c.is_ascii_punctuation();
    (shown == name || shown.contains(says_something)).then_some(shown)
}

fn telephone_number(seen: &[Seen]) -> Option<Range<usize>> {
    runs(seen).iter().find_map(|run| run.telephone_number(seen))
}

/// Returns the first web address, from its scheme or `www.` to the end of the word.
fn web_address(seen: &[Seen]) -> Option<Range<usize>> {
    let is_at = |at: usize, text: &str| {
        text.chars().enumerate().all(|(nth, c)| seen.get(at + nth).is_some_and(|s| s.plain == c))
    };
    let start = (0..seen.len()).find_map(|at| {
        let before = at.checked_sub(1).map(|before| seen[before].plain);
        let follows = seen.get(at + 4).is_some_and(|next| !next.plain.is_whitespace());
        if is_at(at, "://") {
            Some(scheme_start(seen, at))
        } else if is_at(at, "www.") && follows && before.is_none_or(|c| !c.is_ascii_alphanumeric())
        {
            Some(at)
        } else {
            None
        }
    })?;
    let length = seen[start..].iter().position(|seen| seen.plain.is_whitespace());
    Some(start..length.map_or(seen.len(), |length| start + length))
}

/// Returns where the scheme before the colon starts (RFC 3986 §3.1).
fn scheme_start(seen: &[Seen], colon: usize) -> usize {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let length = seen[..colon].iter().rev().take_while(|seen| is_scheme(seen.plain)).count();
    colon - length
}
