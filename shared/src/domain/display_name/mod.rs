//! Makes text that one person typed safe to show to others: names in mails and pages, and the
//! message of an invite. Nothing is censored: what could harm is made harmless (ADR 0025).
//!
//! Mail clients turn `evil.com` and `+1 555 123 4567` into links, even in escaped text. Such a link
//! would come from our sender address. So the text of a mail is made unlinkable: it looks the same,
//! and no mail client finds an address in it. A page needs no such thing, because text is text
//! there.

mod digits;
mod hidden;
mod unlinkable;
mod visible;

use unicode_segmentation::UnicodeSegmentation;

pub use hidden::{Hidden, find_hidden};
use unlinkable::{JOINER, unlinkable};
use visible::visible;

/// The most characters of a name that are shown. It is more than a group's or a person's name may
/// have, and only guards against names from elsewhere. The ellipsis of a shortened name counts.
pub const NAME_LIMIT: usize = 256;

/// Returns a display name (of a group, an inviter or an invitee) for a mail, on one line.
///
/// It is the name of [`clean_for_page`], in which no mail client finds a link.
pub fn clean_for_mail(name: &str) -> Option<String> {
    clean_for_page(name).map(|name| unlinkable(&name))
}

/// Returns a display name for a page, on one line.
///
/// - The name is normalized to NFC.
/// - Control characters, overrides of the direction and other invisible characters are removed. The
///   joiners, marks, selectors and tags that scripts and emoji need stay.
/// - White space, including line breaks, becomes single spaces.
/// - Surplus combining marks are removed.
/// - An ellipsis replaces web addresses and telephone numbers ([`find_hidden`]).
/// - A name longer than [`NAME_LIMIT`] characters is shortened and ends in an ellipsis.
///
/// Returns `None` if nothing is left. The caller then says "a group" or "Someone".
pub fn clean_for_page(name: &str) -> Option<String> {
    let line = one_line(name);
    let shown = hidden::hide(&shorten(&line, NAME_LIMIT))?;
    (!shown.is_empty()).then_some(shown)
}

/// Returns what a reader sees of the text, on one line: without control characters and without the
/// invisible characters that no script needs.
pub fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns an invite's message for a mail: plain text over several lines, in which no mail client
/// finds a link. Nothing is left out but control characters and invisible ones.
pub fn clean_message(message: &str) -> String {
    message_of(message, unlinkable)
}

/// Returns an invite's message for a page: plain text over several lines. Nothing is left out but
/// control characters and invisible ones.
pub fn clean_message_for_page(message: &str) -> String {
    message_of(message, str::to_owned)
}

fn message_of(message: &str, shown: impl Fn(&str) -> String) -> String {
    let text = visible(&message.replace("\r\n", "\n"));
    let mut kept: Vec<String> = Vec::new();
    for line in text.lines().map(one_line) {
        // Keep one empty line between paragraphs. More would push the rest of the mail out of
        // sight.
        if !line.is_empty() || kept.last().is_some_and(|last| !last.is_empty()) {
            kept.push(shown(&line));
        }
    }
    kept.join("\n").trim().to_owned()
}

/// Returns one or two characters that stand for a cleaned name in a picture: `GH` for "Grace Hopper",
/// `Q1` for "Q1 Planning". Empty if the name has neither letters nor digits.
pub fn initials(name: &str) -> String {
    let words = name.split(|c: char| c.is_whitespace() || c == '-' || c == '_');
    let is_letter = |text: &&str| text.chars().next().is_some_and(char::is_alphanumeric);
    let words: Vec<&str> = words.filter(is_letter).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return String::new() };
    let is_code = first.chars().count() <= 3 && first.contains(char::is_numeric);
    let letters = |word: &str, many| word.graphemes(true).take(many).collect::<String>();
    let chosen = match words.len() {
        _ if is_code => letters(first, 2),
        1 => letters(first, 1),
        _ => letters(first, 1) + &letters(last, 1),
    };
    chosen.to_uppercase()
}

/// Returns the first of the [`initials`], for a picture of one letter.
pub fn initial(name: &str) -> String {
    initials(name).graphemes(true).take(1).collect()
}

/// Returns the number of characters that a reader sees in `text`, which was cleaned.
pub fn width(text: &str) -> usize {
    text.graphemes(true).filter(|grapheme| *grapheme != JOINER).count()
}

/// Returns `text` in at most `limit` characters, as a reader counts them. A shortened text ends in an
/// ellipsis.
pub fn shorten(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut seen = 0;
    let kept = text.graphemes(true).take_while(|grapheme| {
        seen += usize::from(*grapheme != JOINER);
        seen < limit
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end_matches(|c: char| c.is_whitespace() || JOINER.contains(c)))
}

#[cfg(test)]
mod tests;
