//! Makes text unlinkable: it looks the same, and no mail client finds an address in it.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::digits::{Seen, read, runs};

/// A word joiner: it has no width and allows no line break. No address may contain it, and no mail
/// client reads on behind it.
pub(super) const JOINER: &str = "\u{2060}";

/// Separates with joiners what a mail client could link: host names and addresses of the internet
/// at their full stops and colons, e-mail addresses at `@`, schemes at their colon, network shares
/// at their backslashes, telephone numbers at every digit.
///
/// Joiners are on both sides of a full stop. Some programs ignore a joiner in the middle of a host
/// name, but none takes one for the start of a top-level domain.
pub(super) fn unlinkable(text: &str) -> String {
    let seen = read(text);
    let mut places: BTreeSet<usize> = BTreeSet::new();
    for at in 0..seen.len() {
        separate_joint(&seen, at, &mut places);
    }
    for run in runs(&seen).iter().filter(|run| run.is_callable(&seen)) {
        let Range { start, end } = run.range();
        let is_signed = start.checked_sub(1).is_some_and(|at| seen[at].plain == '+');
        let is_blank = |at: usize| seen[at].plain.is_whitespace();
        let from = if is_signed { start } else { start + 1 };
        let inside = (from..end).filter(|at| !is_blank(*at) && !is_blank(at - 1));
        places.extend(inside.map(|at| seen[at].bytes.start));
    }
    insert(text, &places)
}

/// Adds the places before and after the character, if it can join the parts of an address.
fn separate_joint(seen: &[Seen], at: usize, places: &mut BTreeSet<usize>) {
    // Two slashes may begin an address wherever they are.
    if let [Seen { plain: '/', .. }, Seen { plain: '/', bytes }, ..] = &seen[at..] {
        places.insert(bytes.start);
    }
    let solid = |at: Option<usize>| {
        at.and_then(|at| seen.get(at)).filter(|seen| !seen.plain.is_whitespace())
    };
    let (Some(before), Some(after)) = (solid(at.checked_sub(1)), solid(Some(at + 1))) else {
        return;
    };
    let separates = match seen[at].plain {
        '.' | '@' | ':' | '\\' => true,
        '/' => before.plain == '/' || before.plain == ':' || after.plain == '/',
        _ => false,
    };
    if separates {
        places.extend([seen[at].bytes.start, after.bytes.start]);
    }
}

/// Inserts joiners at these places. A grapheme is never cut in two.
fn insert(text: &str, places: &BTreeSet<usize>) -> String {
    let mut result = String::with_capacity(text.len() + places.len() * JOINER.len());
    for (at, grapheme) in text.grapheme_indices(true) {
        if places.contains(&at) {
            result.push_str(JOINER);
        }
        result.push_str(grapheme);
    }
    result
}
