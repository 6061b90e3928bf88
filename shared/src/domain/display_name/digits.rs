//! Finds telephone numbers: digits with the separators that people write between them.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::invisible::is_invisible;

/// The first digits of the scripts whose digits people write.
const ZEROS: [u32; 22] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0x1946, 0x19d0, 0xa9d0,
];
/// The most separators between two groups of digits, as in libphonenumber's `PhoneNumberMatcher`.
const SEPARATORS: usize = 4;

/// A character of a text, as a program that looks for addresses reads it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The bytes of the character, and of the marks and invisible characters behind it.
    pub(super) bytes: Range<usize>,
    /// The character in lower case, and in its plain form: `．` is a full stop, `٣` is 3.
    pub(super) plain: char,
}

/// Returns the characters of the text without marks and invisible ones.
pub(super) fn read(text: &str) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match seen.last_mut() {
            Some(before) if is_invisible(c) || is_combining_mark(c) => before.bytes.end = end,
            _ => seen.push(Seen { bytes: at..end, plain: plain(c) }),
        }
    }
    seen
}

/// Returns the plain form of a character. IDNA reads `。` and `｡` as full stops (UTS 46 §2.3).
fn plain(c: char) -> char {
    let digit = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|n| *n < 10));
    if let Some(digit) = digit.and_then(|digit| char::from_digit(digit, 10)) {
        return digit;
    }
    let mut folded = std::iter::once(c).nfkc();
    match (folded.next(), folded.next()) {
        (Some('。'), None) => '.',
        (Some(one), None) => one.to_lowercase().next().unwrap_or(one),
        _ => c,
    }
}

/// Groups of digits with only separators between them. The ranges are indices of [`Seen`].
pub(super) struct Run {
    groups: Vec<Range<usize>>,
}

/// Returns the runs of digits in the text.
pub(super) fn runs(seen: &[Seen]) -> Vec<Run> {
    let is_digit = |at: usize| seen.get(at).is_some_and(|seen| seen.plain.is_ascii_digit());
    let is_start = |at: &usize| is_digit(*at) && !at.checked_sub(1).is_some_and(is_digit);
    let mut runs: Vec<Run> = Vec::new();
    for start in (0..seen.len()).filter(is_start) {
        let length = (start..).take_while(|at| is_digit(*at)).count();
        let group = start..start + length;
        match runs.last_mut() {
            Some(run) if run.reaches(&group, seen) => run.groups.push(group),
            _ => runs.push(Run { groups: vec![group] }),
        }
    }
    runs
}

impl Run {
    /// Returns whether only separators are between this run and the group.
    fn reaches(&self, group: &Range<usize>, seen: &[Seen]) -> bool {
        let between = self.range().end..group.start;
        between.len() <= SEPARATORS && seen[between].iter().all(|seen| is_separator(seen.plain))
    }

    /// Returns the range from the first digit to the last.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.groups.first().map_or(0, |group| group.start);
        start..self.groups.last().map_or(start, |group| group.end)
    }

    /// Returns whether a mail client may take the run for a telephone number: seven digits or more
    /// that are no date and no range of years.
    pub(super) fn is_callable(&self, seen: &[Seen]) -> bool {
        digits(&self.groups) >= 7 && !are_dates(&self.groups, seen, 3)
    }

    /// Returns the telephone number in the run: from `+`, or from a group that starts with `0`, to
    /// the last digit, with eight digits or more behind the sign.
    pub(super) fn telephone_number(&self, seen: &[Seen]) -> Option<Range<usize>> {
        let end = self.range().end;
        (0..self.groups.len()).find_map(|at| {
            let rest = &self.groups[at..];
            let first = rest.first()?.start;
            let after_plus = plus_before(seen, first).filter(|plus| {
                digits(rest) >= 8 && (plus + 1 == first || !are_dates(rest, seen, usize::MAX))
            });
            let own =
                || first.checked_sub(1).is_none_or(|at| !seen[at].plain.is_ascii_alphanumeric());
            let after_zero = seen[first].plain == '0'
                && digits(rest) > 8
                && own()
                && !are_dates(rest, seen, usize::MAX)
                && !self.is_amount(seen);
            after_plus.or(after_zero.then_some(first)).map(|start| start..end)
        })
    }

    /// Returns whether the run is one number with its digits in threes: `1 000 000 000`.
    fn is_amount(&self, seen: &[Seen]) -> bool {
        self.groups.split_first().is_some_and(|(first, rest)| {
            !rest.is_empty()
                && first.len() <= 3
                && seen[first.start].plain != '0'
                && rest.iter().all(|group| group.len() == 3)
        })
    }
}

fn is_separator(c: char) -> bool {
    let is_dash = matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    c.is_whitespace() && c != '\n'
        || is_dash
        || matches!(c, '.' | '/' | '(' | ')' | '+' | '\'' | '·' | '•' | '_' | '[' | ']')
}

fn digits(groups: &[Range<usize>]) -> usize {
    groups.iter().map(|group| group.len()).sum()
}

/// Returns the place of the `+` that belongs to the digit at `first`.
fn plus_before(seen: &[Seen], first: usize) -> Option<usize> {
    let from = first.saturating_sub(SEPARATORS);
    let mut near = (from..first).rev().take_while(|at| is_separator(seen[*at].plain));
    let plus = near.find(|at| seen[*at].plain == '+')?;
    let before = plus.checked_sub(1).map(|at| seen[at].plain);
    // `C++ 2024` and `A+ 2024` have no telephone number.
    let is_sign = before.is_none_or(|c| c != '+' && !c.is_ascii_alphanumeric());
    (plus + 1 == first || is_sign).then_some(plus)
}

/// Returns whether the groups are dates or years: years from 1900 to 2099, and at most `small`
/// numbers of one or two digits for each.
fn are_dates(groups: &[Range<usize>], seen: &[Seen], small: usize) -> bool {
    let is_year = |group: &Range<usize>| {
        let digits: String = seen[group.clone()].iter().map(|seen| seen.plain).collect();
        digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
    };
    let years = groups.iter().filter(|group| is_year(group)).count();
    let others = groups.len() - years;
    years > 0
        && others <= years.saturating_mul(small)
        && groups.iter().all(|group| group.len() <= 2 || is_year(group))
}
