//! Characters that people do not see: white space, control characters, marks of direction, fillers.
//!
//! They get around values when people copy and paste. [`trim`] and [`trim_prose`] remove them
//! there. Inside a value, [`in_value`] and [`in_prose`] find them, so that a refusal can name them.

use unicode_normalization::char::is_combining_mark;

/// Returns whether the character has no shape of its own: joiners, marks of direction, variation
/// selectors, tags, fillers.
///
/// White space and control characters are not included. The list is Unicode's
/// `Default_Ignorable_Code_Point`, and the blanks that are letters or symbols by category.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13441}' | '\u{13442}' | '\u{16fe4}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether the text shows anything: a character that is not white space, not invisible, not
/// a control character and not a mark without a base.
pub fn is_visible(text: &str) -> bool {
    text.chars()
        .any(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(c) && !is_combining_mark(c))
}

/// Returns the value without the white space and the invisible characters around it.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_padding)
}

/// Returns the prose without the white space and the invisible characters around it.
///
/// A character that belongs to the visible one before it stays: the selector of an emoji, the tags
/// of a flag, the joiner after an Arabic letter.
pub fn trim_prose(text: &str) -> &str {
    let mut rest = text.trim_start_matches(|c| is_padding(c) && !is_jamo_filler(c));
    while let Some(last) = rest.chars().next_back() {
        let attached = is_jamo_filler(last) || is_attached(last) && has_base(rest);
        if !is_padding(last) || attached {
            break;
        }
        rest = &rest[..rest.len() - last.len_utf8()];
    }
    rest
}

/// Returns the first character inside a value that nobody can see: an invisible or control
/// character, a line end, or a blank that is no plain space.
pub fn in_value(text: &str) -> Option<char> {
    text.chars().find(|&c| c != ' ' && (is_padding(c) || c.is_control()))
}

/// Returns the first character that no prose may have inside.
///
/// Blanks are allowed, and the invisible characters that scripts and emoji need: joiners, marks of
/// direction, variation selectors, tags, fillers. Line ends and all other control characters are not
/// allowed.
pub fn in_prose(text: &str) -> Option<char> {
    let mut before = None;
    text.chars().find(|&c| {
        let allowed = !c.is_control()
            && !matches!(c, '\u{2028}' | '\u{2029}')
            && (!is_invisible(c) || is_part_of_prose(c, before));
        before = Some(c);
        !allowed
    })
}

/// Returns whether the scripts of South-East Asia, which write no spaces, use U+200B after `c` to
/// separate words.
pub(super) fn needs_zero_width_space(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{1aaf}')
}

/// Writes the character's code point and, where people need it, its name: `U+200B ZERO WIDTH SPACE`.
pub fn describe(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    match name(c) {
        "" => code,
        name => format!("{code} {name}"),
    }
}

fn is_padding(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

fn is_part_of_prose(c: char, before: Option<char>) -> bool {
    match c {
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{200c}'..='\u{200f}' | '\u{2060}' | '\u{2800}' => true,
        '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}' => true,
        '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}' => true,
        '\u{200b}' => before.is_some_and(needs_zero_width_space),
        _ => false,
    }
}

/// Returns whether the character fills the place of a consonant or vowel in a Korean syllable.
fn is_jamo_filler(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}')
}

/// Returns whether the character changes the one before it.
fn is_attached(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Returns whether the text ends in a visible character that attached characters can change. No
/// ASCII character needs one at the end of a text.
fn has_base(text: &str) -> bool {
    let base = text.chars().rev().find(|&c| !is_attached(c));
    base.is_some_and(|c| !c.is_ascii() && !is_padding(c))
}

fn name(c: char) -> &'static str {
    match c {
        '\0' => "NULL",
        '\t' => "TAB",
        '\n' => "LINE FEED",
        '\r' => "CARRIAGE RETURN",
        '\u{1b}' => "ESCAPE",
        ' ' => "SPACE",
        '\u{7f}' => "DELETE",
        '\u{85}' => "NEXT LINE",
        '\u{a0}' => "NO-BREAK SPACE",
        '\u{ad}' => "SOFT HYPHEN",
        '\u{34f}' => "COMBINING GRAPHEME JOINER",
        '\u{61c}' => "ARABIC LETTER MARK",
        '\u{115f}' => "HANGUL CHOSEONG FILLER",
        '\u{1160}' => "HANGUL JUNGSEONG FILLER",
        '\u{180e}' => "MONGOLIAN VOWEL SEPARATOR",
        '\u{2002}' => "EN SPACE",
        '\u{2003}' => "EM SPACE",
        '\u{2007}' => "FIGURE SPACE",
        '\u{2009}' => "THIN SPACE",
        '\u{200a}' => "HAIR SPACE",
        '\u{200b}' => "ZERO WIDTH SPACE",
        '\u{200c}' => "ZERO WIDTH NON-JOINER",
        '\u{200d}' => "ZERO WIDTH JOINER",
        '\u{200e}' => "LEFT-TO-RIGHT MARK",
        '\u{200f}' => "RIGHT-TO-LEFT MARK",
        '\u{2028}' => "LINE SEPARATOR",
        '\u{2029}' => "PARAGRAPH SEPARATOR",
        '\u{202a}' => "LEFT-TO-RIGHT EMBEDDING",
        '\u{202b}' => "RIGHT-TO-LEFT EMBEDDING",
        '\u{202c}' => "POP DIRECTIONAL FORMATTING",
        '\u{202d}' => "LEFT-TO-RIGHT OVERRIDE",
        '\u{202e}' => "RIGHT-TO-LEFT OVERRIDE",
        '\u{202f}' => "NARROW NO-BREAK SPACE",
        '\u{2060}' => "WORD JOINER",
        '\u{2061}' => "FUNCTION APPLICATION",
        '\u{2062}' => "INVISIBLE TIMES",
        '\u{2063}' => "INVISIBLE SEPARATOR",
        '\u{2064}' => "INVISIBLE PLUS",
        '\u{2066}' => "LEFT-TO-RIGHT ISOLATE",
        '\u{2067}' => "RIGHT-TO-LEFT ISOLATE",
        '\u{2068}' => "FIRST STRONG ISOLATE",
        '\u{2069}' => "POP DIRECTIONAL ISOLATE",
        '\u{2800}' => "BRAILLE PATTERN BLANK",
        '\u{3000}' => "IDEOGRAPHIC SPACE",
        '\u{3164}' => "HANGUL FILLER",
        '\u{fe0e}' => "VARIATION SELECTOR-15",
        '\u{fe0f}' => "VARIATION SELECTOR-16",
        '\u{feff}' => "ZERO WIDTH NO-BREAK SPACE",
        '\u{ffa0}' => "HALFWIDTH HANGUL FILLER",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What people paste around a value.
    const AROUND: &str = " \t\r\n\u{b}\u{c}\u{85}\u{a0}\u{ad}\u{1680}\u{2003}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202c}\u{202e}\u{202f}\u{2060}\u{2066}\u{2068}\u{2069}\u{2800}\u{3000}\u{3164}\u{feff}\u{ffa0}\u{fe0f}\u{e0020}\u{61c}\u{180e}\u{34f}";

    #[test]
    fn a_value_loses_what_is_around_it() {
        for c in AROUND.chars() {
            let padded = format!("{c}{c}ada{c}");
            assert_eq!(trim(&padded), "ada", "{}", describe(c));
            assert_eq!(trim_prose(&padded), "ada", "{}", describe(c));
            let found = Some(c).filter(|c| *c != ' ');
            assert_eq!(in_value(&format!("a{c}da")), found, "{}", describe(c));
            assert!(!is_visible(&format!("{c}{c}")), "{}", describe(c));
        }
        assert_eq!(trim("\0ada"), "\0ada");
        assert_eq!(in_value("ada\0"), Some('\0'));
        assert_eq!(in_value("ada@example.com"), None);
    }

    #[test]
    fn prose_keeps_what_emoji_and_scripts_need() {
        let kept = [
            "England 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "Love ❤\u{fe0f}",
            "🏳\u{fe0f}\u{200d}🌈",
            "می\u{200c}خواهم",
            "ه\u{200d}",
            "葛\u{e0100}",
            "C++\u{200f} קבוצה",
            "ภาษา\u{200b}ไทย",
            "\u{115f}\u{1161}",
            "Bonjour\u{202f}!",
        ];
        for text in kept {
            assert_eq!(trim_prose(text), text);
            assert_eq!(in_prose(text), None, "{text:?}");
            assert!(is_visible(text));
        }
        assert_eq!(trim_prose("\u{2068}Ada\u{2069}\u{200f}"), "Ada");
        assert_eq!(trim_prose("Ada\u{200d}\u{fe0f} "), "Ada");
    }

    #[test]
    fn prose_refuses_by_name_what_no_script_needs() {
        for c in
            "\0\t\n\r\u{1b}\u{ad}\u{200b}\u{2028}\u{202e}\u{2066}\u{2063}\u{feff}\u{e0001}".chars()
        {
            assert_eq!(in_prose(&format!("a{c}b")), Some(c), "{}", describe(c));
        }
        assert_eq!(describe('\u{200b}'), "U+200B ZERO WIDTH SPACE");
        assert_eq!(describe('\u{e0041}'), "U+E0041");
        assert_eq!(describe('\n'), "U+000A LINE FEED");
    }

    #[test]
    fn marks_and_fillers_alone_show_nothing() {
        for text in
            ["", " ", "\u{301}", "\u{20e3}", "\u{3164}\u{115f}", "\u{2800}", "\u{fe0f}\u{200d}"]
        {
            assert!(!is_visible(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn trimming_is_idempotent(text in text()) {
            prop_assert_eq!(trim(trim(&text)), trim(&text));
            prop_assert_eq!(trim_prose(trim_prose(&text)), trim_prose(&text));
        }
    }

    fn text() -> impl Strategy<Value = String> {
        let around: Vec<char> = AROUND.chars().collect();
        let character = prop_oneof![
            proptest::sample::select(around),
            any::<char>(),
            proptest::char::range('a', 'c')
        ];
        proptest::collection::vec(character, 0..12)
            .prop_map(|characters| characters.into_iter().collect())
    }
}
