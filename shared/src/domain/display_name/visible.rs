//! Reduces a text to what a reader sees.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::invisible::{is_invisible, needs_zero_width_space};

/// The most combining marks on one base character. Every living script needs at most four; more
/// would overlap the neighbouring lines.
const MARKS_PER_CHARACTER: usize = 4;

/// Normalizes `text` to NFC. Every line break becomes `\n`, other white space becomes a space.
/// Control characters, invisible characters that no neighbour needs, and surplus marks are removed.
pub(super) fn visible(text: &str) -> String {
    let right_to_left = text.chars().any(is_right_to_left);
    let mut kept: Vec<char> = Vec::new();
    let mut rest = text.nfc().peekable();
    while let Some(c) = rest.next() {
        let before = kept.last().copied();
        match c {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            c if c.is_whitespace() => kept.push(' '),
            c if c.is_control() => {}
            c if is_combining_mark(c) && !has_room(&kept) => {}
            c if !is_invisible(c) || is_needed(c, before, rest.peek().copied(), right_to_left) => {
                kept.push(c);
            }
            _ => {}
        }
    }
    // Normalize again, because a removed character may have separated a character from its mark.
    kept.into_iter().nfc().collect()
}

/// Returns whether the text ends in a base character that has room for one more mark. A mark
/// without one would combine with the mail's own text before it.
fn has_room(kept: &[char]) -> bool {
    let marks = kept.iter().rev().take_while(|c| is_combining_mark(**c)).count();
    let base = kept.len().checked_sub(marks + 1).and_then(|at| kept.get(at));
    let is_base = |c: &char| {
        !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    marks < MARKS_PER_CHARACTER && base.is_some_and(is_base)
}

/// Returns whether a script or an emoji needs the invisible character between these two.
fn is_needed(c: char, before: Option<char>, after: Option<char>, right_to_left: bool) -> bool {
    let follows = |needs: fn(char) -> bool| before.is_some_and(needs);
    let touches = |needs: fn(char) -> bool| [before, after].into_iter().flatten().any(needs);
    match c {
        '\u{200c}' | '\u{200d}' | '\u{34f}' => follows(is_joinable),
        '\u{fe00}'..='\u{fe0f}' => follows(|c| !c.is_whitespace() && !c.is_ascii_alphabetic()),
        '\u{e0100}'..='\u{e01ef}' => follows(is_joinable),
        '\u{200e}' | '\u{200f}' | '\u{61c}' => right_to_left,
        // The tags of a flag follow a black flag.
        '\u{e0020}'..='\u{e007f}' => {
            follows(|c| matches!(c, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'))
        }
        '\u{200b}' => follows(needs_zero_width_space),
        '\u{115f}' | '\u{1160}' => touches(is_jamo),
        '\u{180b}'..='\u{180f}' => follows(|c| matches!(c, '\u{1800}'..='\u{18af}')),
        '\u{2800}' => touches(|c| matches!(c, '\u{2801}'..='\u{28ff}')),
        _ => false,
    }
}

/// Returns whether joiners change the character. They change no ASCII character.
fn is_joinable(c: char) -> bool {
    let is_selector = matches!(c, '\u{fe00}'..='\u{fe0f}');
    !c.is_ascii() && !c.is_whitespace() && (is_selector || !is_invisible(c))
}

/// Returns whether the character is a letter of a Korean syllable.
fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115e}' | '\u{1161}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}')
}

/// Returns whether the character belongs to a script that is written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
        && !is_invisible(c)
        && !is_combining_mark(c)
}
