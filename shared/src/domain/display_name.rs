//! Makes text that one person typed safe to show to others: names in mails and pages, and the
//! message of an invite.
//!
//! Mail clients turn `evil.com` and `+1 555 123 4567` into links, even in escaped text. A name that
//! contains one would let anyone send a working link from our sender address.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest name that is shown, in characters. The ellipsis of a shortened name counts.
pub const NAME_LIMIT: usize = 64;
/// The most combining marks on one base character. Every living script needs at most four; more
/// would overlap the neighbouring lines.
const MARKS_PER_CHARACTER: usize = 4;
/// The number of digits from which a mail client may detect a telephone number.
const PHONE_DIGITS: usize = 7;
/// Replaces an address in a message.
const LINK_REMOVED: &str = "[link removed]";

/// Returns a display name (of a group, an inviter or an invitee) in a form that is safe in a mail
/// or on a page, on one line.
///
/// - The name is normalized to NFC.
/// - Control, bidi, zero-width and other invisible characters are removed.
/// - White space, including line breaks, becomes single spaces.
/// - Surplus combining marks are removed.
/// - A name longer than [`NAME_LIMIT`] characters is shortened and ends in an ellipsis.
///
/// Returns `None` if nothing is left, or if the name contains a URL, a host name or a telephone
/// number. The caller then says "a group" or "Someone".
pub fn clean_for_mail(name: &str) -> Option<String> {
    let cleaned = visible(name).split_whitespace().collect::<Vec<_>>().join(" ");
    if cleaned.is_empty() || carries_address(&cleaned) || carries_phone_number(&cleaned) {
        return None;
    }
    Some(shorten(&cleaned, NAME_LIMIT))
}

/// Returns an invite's message in a form that is safe in a mail: plain text over several lines.
///
/// `[link removed]` replaces every URL, host name and e-mail address. Control, bidi and other
/// invisible characters are removed.
pub fn clean_message(message: &str) -> String {
    let text = visible(&message.replace("\r\n", "\n"));
    let mut kept: Vec<String> = Vec::new();
    for line in text.lines().map(clean_line) {
        // Keep one empty line between paragraphs. More would push the rest of the mail out of
        // sight.
        if !line.is_empty() || kept.last().is_some_and(|last| !last.is_empty()) {
            kept.push(line);
        }
    }
    kept.join("\n").trim().to_owned()
}

/// Returns `text` in at most `limit` characters. A shortened text ends in an ellipsis.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Normalizes `text` to NFC. Every line break becomes `\n`, other white space becomes a space, and
/// invisible characters are removed.
fn visible(text: &str) -> String {
    let seen = text.nfc().filter_map(|c| match c {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    });
    // Normalize again, because a removed character may have separated a character from its mark.
    thin_marks(seen.nfc())
}

/// Returns whether the character is invisible or changes how its neighbours are displayed: bidi
/// controls, zero-width and filler characters, tags.
///
/// Variation selectors of emoji are not included, because they count as marks.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Normalizes to NFC and removes the marks without a base character and those above
/// [`MARKS_PER_CHARACTER`].
fn thin_marks(text: impl Iterator<Item = char>) -> String {
    // A mark at the start or after a space would combine with the mail's own text before it.
    let mut marks = MARKS_PER_CHARACTER;
    let kept = text.filter(|&c| {
        marks = match c {
            c if c.is_whitespace() => MARKS_PER_CHARACTER,
            c if is_combining_mark(c) => marks.saturating_add(1),
            _ => 0,
        };
        c.is_whitespace() || marks <= MARKS_PER_CHARACTER
    });
    kept.nfc().collect()
}

/// Returns whether a mail client could turn part of `text` into a link. It looks for a scheme,
/// `www.`, or letters after a dot.
fn carries_address(text: &str) -> bool {
    // NFKC, because browsers resolve a full-width `ｅｖｉｌ．ｃｏｍ` as evil.com.
    let folded: Vec<char> = text.nfkc().flat_map(char::to_lowercase).collect();
    let folded = folded.as_slice();
    (0..folded.len()).any(|at| {
        let rest = &folded[at..];
        let before = at.checked_sub(1).map(|before| folded[before]);
        rest.starts_with(&[':', '/', '/'])
            || rest.starts_with(&['w', 'w', 'w', '.'])
                && before.is_none_or(|c| !c.is_alphanumeric())
            || rest[0] == '.'
                && before.is_some_and(|c| !c.is_whitespace() && c != '.')
                && starts_with_letters(&rest[1..])
    })
}

/// Returns whether `rest` starts like a top-level domain.
fn starts_with_letters(rest: &[char]) -> bool {
    rest.len() >= 2 && rest[..2].iter().all(|c| c.is_alphabetic())
}

/// Returns whether `text` contains enough digits for a telephone number, with only separators
/// between them.
fn carries_phone_number(text: &str) -> bool {
    let mut run = 0;
    text.nfkc().any(|c| {
        if c.is_numeric() {
            run += 1;
        } else if c.is_alphabetic() {
            run = 0;
        }
        run >= PHONE_DIGITS
    })
}

/// Cleans one line of a message: words are separated by single spaces, and addresses are replaced.
fn clean_line(line: &str) -> String {
    line.split_whitespace().map(clean_word).collect::<Vec<_>>().join(" ")
}

/// Cleans one word of a message. If it contains an address, only the punctuation around the address
/// is kept.
fn clean_word(word: &str) -> String {
    if !carries_address(word) {
        return word.to_owned();
    }
    let opened = word.trim_start_matches(['(', '[', '<', '"', '\'']);
    let core = opened.trim_end_matches(['.', ',', '!', '?', ';', ')', ']', '>', '"', '\'']);
    let opening = &word[..word.len() - opened.len()];
    format!("{opening}{LINK_REMOVED}{}", &opened[core.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(name: &str) -> String {
        clean_for_mail(name).unwrap()
    }

    #[test]
    fn ordinary_names_are_unchanged() {
        for name in [
            "Private Group",
            "J. R. R. Tolkien",
            "J.R.R. Tolkien",
            "O'Brien & Søn",
            "Zoë",
            "محمد",
            "Team 2026",
            "東京チーム",
            "Bücher ❤️",
            "Dr. Who?",
        ] {
            assert_eq!(cleaned(name), name);
        }
    }

    #[test]
    fn names_are_one_line_of_visible_characters_in_nfc() {
        assert_eq!(cleaned("  Ada\r\nLovelace\t\u{2028}II "), "Ada Lovelace II");
        assert_eq!(cleaned("e\u{301}"), "é");
        assert_eq!(cleaned("e\u{200d}\u{301}"), "é");
        assert_eq!(cleaned("\u{202e}abc\u{202c}\u{2066}d\u{2069}\u{200e}\u{200f}\u{61c}"), "abcd");
        assert_eq!(cleaned("a\0b\u{7f}c\u{9f}d\u{feff}e\u{2060}f\u{e0041}g\u{ad}h"), "abcdefgh");
    }

    #[test]
    fn names_without_anything_visible_are_refused() {
        for name in ["", "   ", "\u{200b}\u{202e}", "\0\0", "\u{3164}", "\u{301}\u{301}"] {
            assert_eq!(clean_for_mail(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_that_mail_clients_turn_into_links_are_refused() {
        let names = [
            "https://evil.test",
            "EVIL.COM",
            "go to evil.com now",
            "www.x",
            "a@b.org",
            "ev\u{200b}il.c\u{ad}om",
            "ｅｖｉｌ．ｃｏｍ",
            "evil․com",
            "пример.рф",
            "💩.la",
            "evil.xn--p1ai",
            "ftp://a",
            "+1 (555) 123-4567",
            "555.12.34",
            "call 5 5 5 1 2 3 4",
            "٠١٢٣٤٥٦",
            "192.168.100.200",
        ];
        for name in names {
            assert_eq!(clean_for_mail(name), None, "{name:?}");
        }
    }

    #[test]
    fn long_names_and_surplus_marks_are_shortened() {
        let long = cleaned(&"ab ".repeat(100));
        assert!(long.chars().count() <= NAME_LIMIT && long.ends_with('…'), "{long}");
        assert_eq!(
            cleaned(&format!("x{}y", "\u{334}".repeat(50))),
            format!("x{}y", "\u{334}".repeat(4))
        );
        assert_eq!(cleaned("\u{338}> a"), "> a");
    }

    #[test]
    fn a_message_keeps_its_lines_and_loses_its_links() {
        let message = "Hello!\r\nSee (https://evil.test/a?b=c), or www.evil.test.\u{202e}\r\n\r\n\r\n\r\nMail me: <eve@evil.test>\0 \n";
        assert_eq!(
            clean_message(message),
            "Hello!\nSee ([link removed]), or [link removed].\n\nMail me: <[link removed]>"
        );
        assert_eq!(
            clean_message("wait...what? e.g. this. Awww. 3.5 of 7"),
            "wait...what? e.g. this. Awww. 3.5 of 7"
        );
    }

    /// Generates text in which removed characters and parts of addresses are frequent.
    fn text() -> impl Strategy<Value = String> {
        let special = "\r\n\t\0\u{85}\u{61c}\u{200b}\u{200d}\u{200e}\u{202e}\u{2028}\u{2066}\u{2069}\u{feff}\u{301}\u{334}\u{fe0f} .:/@w12e…．";
        let special: Vec<char> = special.chars().collect();
        let characters = prop_oneof![
            proptest::sample::select(special),
            any::<char>(),
            proptest::char::range('a', 'f')
        ];
        proptest::collection::vec(characters, 0..120)
            .prop_map(|characters| characters.into_iter().collect())
    }

    fn is_clean(text: &str) -> bool {
        !text
            .chars()
            .any(|c| c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}'))
    }

    proptest! {
        #[test]
        fn cleaning_a_name_is_complete_and_idempotent(name in text()) {
            if let Some(once) = clean_for_mail(&name) {
                prop_assert!(is_clean(&once), "{once:?}");
                prop_assert!(once.chars().count() <= NAME_LIMIT && !once.contains("://"));
                prop_assert_eq!(clean_for_mail(&once), Some(once));
            }
        }

        #[test]
        fn cleaning_a_message_is_complete_and_idempotent(message in text()) {
            let once = clean_message(&message);
            prop_assert!(is_clean(&once.replace('\n', "")), "{once:?}");
            prop_assert!(!once.contains("://"));
            prop_assert_eq!(clean_message(&once), once);
        }
    }
}
