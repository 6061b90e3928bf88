//! The cleaner: names and messages as they are shown, and attempts to misuse them.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::*;
use crate::domain::invisible::is_invisible;

/// Returns the name for a mail, as a reader sees it.
fn seen(name: &str) -> String {
    clean_for_mail(name).unwrap().replace(JOINER, "")
}

/// Returns what a mail client could link in the text. It knows no list of top-level domains, so it
/// finds more than any client. It keeps a character such as `⒈`, which would decompose into several.
fn links(text: &str) -> Vec<String> {
    let plain = |c: char| {
        let mut folded = std::iter::once(c).nfkc();
        match (folded.next(), folded.next()) {
            (Some(one), None) => one,
            _ => c,
        }
    };
    let chars: Vec<char> =
        text.chars().map(plain).filter(|c| *c == '\u{2060}' || !is_skipped(*c)).collect();
    let solid = |at: usize| chars.get(at).is_some_and(|c| !c.is_whitespace() && *c != '\u{2060}');
    let mut found: Vec<String> = Vec::new();
    for at in 1..chars.len() {
        let is_joint = matches!(chars[at], '.' | '。' | '@' | ':' | '\\');
        if is_joint && solid(at - 1) && solid(at + 1) || chars[at..].starts_with(&['/', '/']) {
            found.push(chars[at - 1..].iter().take(3).collect());
        }
    }
    let folded: String = chars.iter().collect();
    let runs = folded.split(|c: char| !c.is_ascii_digit() && !" -./()+".contains(c));
    found.extend(runs.flat_map(near).filter(|run| is_callable(run)));
    found
}

/// Divides the run where more than four separators are between two digits.
fn near(run: &str) -> Vec<String> {
    let (mut parts, mut separators) = (vec![String::new()], 0);
    for c in run.chars() {
        if c.is_ascii_digit() && separators > 4 {
            parts.push(String::new());
        }
        separators = if c.is_ascii_digit() { 0 } else { separators + 1 };
        parts.last_mut().unwrap().push(c);
    }
    parts
}

fn is_skipped(c: char) -> bool {
    is_combining_mark(c) || is_invisible(c)
}

/// Returns whether the run has seven digits or more, and is neither a date nor a range of years.
fn is_callable(run: &str) -> bool {
    let groups: Vec<&str> =
        run.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let is_year =
        |group: &&str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let years = groups.iter().filter(|group| is_year(group)).count();
    let are_dates = years > 0
        && groups.len() <= 4 * years
        && groups.iter().all(|group| group.len() <= 2 || is_year(group));
    groups.concat().len() >= 7 && !are_dates
}

#[test]
fn names_are_shown_as_written() {
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
        "Node.js Meetup",
        "St.Gallen",
        "1.FC Köln",
        "K.Srinivasan",
        "A.N.Other",
        "Md.Ali",
        "Room 101, 2025",
        "Batch 2024-2028",
        "cohort-2024-2028",
        "Hub.bio",
        "evil.com",
        "a@b.org",
        "evil。com",
        "192.168.10.10",
        "[2001:db8::1]",
        "C++ 2024 2028 2032",
        "Treffen 01.02.2024",
        "05.11.2025 08.12.2025 18.45",
        "Sales 1 000 000 000",
        "ISBN 978-3-16-148410-0",
        "555 123 4567",
        "Awww. cute",
        "www. x",
        "A+ 2024 2028",
        "…",
        "می\u{200c}خواهم",
        "👩🏽\u{200d}🚀 & 🏳\u{fe0f}\u{200d}🌈",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "1\u{fe0f}\u{20e3} 2\u{fe0f}\u{20e3}",
        "葛\u{e0100}城市",
        "C++\u{200f} קבוצה",
        "ภาษา\u{200b}ไทย",
        "\u{115f}\u{1161}",
        "⠁\u{2800}⠃",
        "क्\u{200d}ष",
    ] {
        assert_eq!(seen(name), name);
        assert_eq!(clean_for_page(name).as_deref(), Some(name));
        let mail = clean_for_mail(name).unwrap();
        assert!(links(&mail).is_empty(), "{mail:?}: {:?}", links(&mail));
        assert_eq!(find_hidden(name), None, "{name}");
    }
}

#[test]
fn names_are_one_line_of_visible_characters_in_nfc() {
    assert_eq!(seen("  Ada\r\nLovelace\t\u{2028}II "), "Ada Lovelace II");
    assert_eq!(seen("e\u{301}"), "é");
    assert_eq!(seen("e\u{200d}\u{301}"), "é");
    assert_eq!(seen("\u{202e}abc\u{202c}\u{2066}d\u{2069}\u{200e}\u{200f}\u{61c}"), "abcd");
    assert_eq!(seen("a\0b\u{7f}c\u{9f}d\u{feff}e\u{2060}f\u{e0041}g\u{ad}h"), "abcdefgh");
    assert_eq!(seen("Ada\u{200d}\u{200c}\u{fe0f}\u{200b}"), "Ada");
}

#[test]
fn names_without_anything_visible_are_refused() {
    for name in ["", "   ", "\u{200b}\u{202e}", "\0\0", "\u{3164}", "\u{301}\u{301}", "\u{2800}"] {
        assert_eq!(clean_for_mail(name), None, "{name:?}");
    }
}

#[test]
fn a_name_hides_web_addresses_and_telephone_numbers_only() {
    use Hidden::{TelephoneNumber, WebAddress};
    for (name, shown, kind) in [
        ("Team https://evil.test now", "Team … now", WebAddress),
        ("(HTTPS://EVIL.TEST/a?b=c) x", "(… x", WebAddress),
        ("go to www.evil.com now", "go to … now", WebAddress),
        ("Ada www.x", "Ada …", WebAddress),
        ("看WWW。evil。com", "看…", WebAddress),
        ("看https://x", "看…", WebAddress),
        ("ht\u{200b}tp:\u{200b}//x Ada", "… Ada", WebAddress),
        ("ｈｔｔｐ：／／ｘ Ada", "… Ada", WebAddress),
        ("Call +1 (555) 123-4567!", "Call …!", TelephoneNumber),
        ("Call +49 30 12 34 56", "Call …", TelephoneNumber),
        ("Ada + 49 151 23456789", "Ada …", TelephoneNumber),
        ("0049 (0)151 - 2345678 Ada", "… Ada", TelephoneNumber),
        ("Room 12 0151 23456789", "Room 12 …", TelephoneNumber),
        ("Tel:012345678", "Tel:…", TelephoneNumber),
        ("Ali ٠٠١٢٣٤٥٦٧٨", "Ali …", TelephoneNumber),
        ("Ali +１２３４５６７８", "Ali …", TelephoneNumber),
        ("030/123\u{2011}45\u{a0}67\u{200b}8 Bo", "… Bo", TelephoneNumber),
        ("+\u{31}\u{fe0f}\u{20e3}2345678\u{fe0f}\u{20e3} Bo", "… Bo", TelephoneNumber),
    ] {
        assert_eq!(clean_for_page(name).as_deref(), Some(shown), "{name:?}");
        assert_eq!(seen(name), shown);
        assert_eq!(find_hidden(name), Some(kind), "{name:?}");
    }
    for name in ["https://evil.test", "  www.x ", "+1 (555) 123-4567", "(0151 23456789)"] {
        assert_eq!(clean_for_page(name), None, "{name:?}");
    }
    for name in ["01234567", "+1 234 567", "A012345678", "10.0.0.1", "0 or 12345678"] {
        assert_eq!(find_hidden(name), None, "{name:?}");
    }
}

#[test]
fn joiners_are_around_each_full_stop_and_at_no_other_place() {
    let mail = |name| clean_for_mail(name).unwrap();
    assert_eq!(mail("Node.js"), "Node\u{2060}.\u{2060}js");
    assert_eq!(mail("Hello. J. R. (x.)"), "Hello. J. R. (x\u{2060}.\u{2060})");
    assert_eq!(mail("a@b"), "a\u{2060}@\u{2060}b");
    assert_eq!(mail("and/or"), "and/or");
    assert_eq!(mail("你好．再见"), "你好\u{2060}．\u{2060}再见");
    assert_eq!(mail("\\\\host\\x"), "\\\u{2060}\\\u{2060}host\u{2060}\\\u{2060}x");
    assert_eq!(mail("555 1234"), "5\u{2060}5\u{2060}5 1\u{2060}2\u{2060}3\u{2060}4");
    assert_eq!(mail("Room 101, 2025"), "Room 101, 2025");
    assert_eq!(mail("cohort-2024-2028"), "cohort-2024-2028");
}

#[test]
fn long_names_and_surplus_marks_are_shortened() {
    let long = seen(&"ab ".repeat(100));
    assert!(width(&long) <= NAME_LIMIT && long.ends_with('…'), "{long}");
    assert_eq!(seen(&format!("x{}y", "\u{334}".repeat(50))), format!("x{}y", "\u{334}".repeat(4)));
    assert_eq!(seen("\u{338}> a"), "> a");
}

#[test]
fn shortening_counts_and_cuts_what_a_reader_sees() {
    let astronauts = "👩🏽\u{200d}🚀".repeat(3);
    assert_eq!(width(&astronauts), 3);
    assert_eq!(shorten(&astronauts, 3), astronauts);
    assert_eq!(shorten(&astronauts, 2), "👩🏽\u{200d}🚀…");
    assert_eq!(shorten("a\u{2060}.\u{2060}b", 3), "a\u{2060}.\u{2060}b");
    assert_eq!(shorten("a\u{2060}.\u{2060}bc", 3), "a\u{2060}.…");
    assert_eq!(shorten("नमस्ते दुनिया", 3), "नम…");
}

#[test]
fn a_message_keeps_its_lines_and_all_its_words() {
    let message = "Hello!\r\nSee (https://evil.test/a?b=c), or www.evil.test.\u{202e}\r\n\r\n\r\n\r\nMail me: <eve@evil.test> or call 0151 23456789\0 \n";
    let mail = clean_message(message);
    assert_eq!(
        mail.replace(JOINER, ""),
        "Hello!\nSee (https://evil.test/a?b=c), or www.evil.test.\n\nMail me: <eve@evil.test> or call 0151 23456789"
    );
    assert!(links(&mail).is_empty(), "{:?}", links(&mail));
    for message in [
        "Read README.md first",
        "Welcome.See you soon",
        "Ask Dr.Smith",
        "evil。com evil｡com evil．com",
        "1.2.3.4/login",
        "192.168.10.10:8080",
        "[2001:db8::1] ::1 fe80::1",
        "tel:+15551234567 sms:555-1234 (555) 123-4567",
        "mailto:eve@evil.test file:\\\\host\\share \\\\host //host/x",
        "wait...what? 3.5 of 7 at 10:30",
        "évil.com пример.рф 💩.la evil.xn--p1ai",
    ] {
        let mail = clean_message(message);
        assert_eq!(mail.replace(JOINER, ""), message);
        assert!(links(&mail).is_empty(), "{mail:?}: {:?}", links(&mail));
    }
}

/// Generates text in which removed characters and parts of addresses are frequent.
fn text() -> impl Strategy<Value = String> {
    let special = "\r\n\t\0\u{85}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{202e}\u{2028}\u{2060}\u{2066}\u{2069}\u{feff}\u{301}\u{334}\u{fe0f}\u{20e3}\u{e0067} .:/\\@+0w12e…．。👩🚀🏴عक्";
    let special: Vec<char> = special.chars().collect();
    let characters = prop_oneof![
        proptest::sample::select(special),
        any::<char>(),
        proptest::char::range('a', 'f'),
        proptest::char::range('0', '9'),
    ];
    proptest::collection::vec(characters, 0..120)
        .prop_map(|characters| characters.into_iter().collect())
}

/// Generates text with addresses, numbers and words next to each other.
fn words() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "https://",
        "www.",
        "evil.com",
        "+49",
        "0151",
        "23456789",
        "2024",
        "01.02.",
        "(0)",
        "-",
        " ",
        "/",
        "x",
        "Ada",
        ".",
        "@",
        "…",
        "👩🏽\u{200d}🚀",
        "://",
        "\u{301}",
        "1 000 000",
    ]);
    proptest::collection::vec(word, 0..14).prop_map(|words| words.concat())
}

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

proptest! {
    #[test]
    fn cleaning_a_name_is_complete_and_idempotent(name in prop_oneof![text(), words()]) {
        if let Some(once) = clean_for_mail(&name) {
            prop_assert!(is_clean(&once), "{once:?}");
            prop_assert!(links(&once).is_empty(), "{once:?}: {:?}", links(&once));
            prop_assert_eq!(find_hidden(&once), None);
            prop_assert!(width(&once) <= NAME_LIMIT);
            prop_assert_eq!(clean_for_mail(&once), Some(once));
        }
        let page = clean_for_page(&name);
        prop_assert_eq!(page.as_deref().map(unlinkable), clean_for_mail(&name));
        if let Some(page) = page {
            prop_assert_eq!(clean_for_page(&page), Some(page));
        }
    }

    #[test]
    fn a_name_without_hidden_parts_keeps_every_grapheme(name in prop_oneof![text(), words()]) {
        let line = visible(&name).split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assume!(find_hidden(&line).is_none() && !line.is_empty());
        let mail = clean_for_mail(&line).unwrap();
        let shown: Vec<&str> = mail.graphemes(true).filter(|grapheme| *grapheme != JOINER).collect();
        prop_assert_eq!(shown, line.graphemes(true).collect::<Vec<_>>());
    }

    #[test]
    fn cleaning_a_message_is_complete_and_idempotent(message in prop_oneof![text(), words()]) {
        let once = clean_message(&message);
        prop_assert!(is_clean(&once.replace('\n', "")), "{once:?}");
        prop_assert!(links(&once).is_empty(), "{once:?}: {:?}", links(&once));
        prop_assert_eq!(clean_message(&once), once);
    }

    #[test]
    fn shortening_keeps_whole_graphemes(name in text(), limit in 1..40usize) {
        if let Some(name) = clean_for_mail(&name) {
            let short = shorten(&name, limit);
            prop_assert!(width(&short) <= limit);
            let kept = short.strip_suffix('…').unwrap_or(&short);
            prop_assert!(name.starts_with(kept), "{short:?}");
            let ends: Vec<usize> = name.grapheme_indices(true).map(|(at, _)| at).chain([name.len()]).collect();
            prop_assert!(ends.contains(&kept.len()), "{short:?} of {name:?}");
        }
    }
}

#[test]
fn two_slashes_are_separated_wherever_they_are() {
    for message in ["a //", "// a", "a // b", "//", "a////"] {
        let clean = clean_message(message);
        assert!(links(&clean).is_empty(), "{clean:?}");
        assert_eq!(clean.replace(JOINER, ""), message);
    }
}

#[test]
fn a_number_has_at_most_four_separators_in_a_row() {
    let number = "+492024---(0)https://";
    assert!(links(&clean_message(number)).is_empty());
    assert_eq!(links(number).last().unwrap(), "+492024---(0)");
    let apart = "+492024----(0)";
    assert_eq!(clean_message(apart), apart);
}

#[test]
fn a_message_of_a_page_has_no_joiners() {
    let message = "See evil.com\u{202e}\r\n\n\n\ncall +1 555 123 4567";
    assert_eq!(clean_message_for_page(message), "See evil.com\n\ncall +1 555 123 4567");
    assert_ne!(clean_message(message), clean_message_for_page(message));
}

#[test]
fn initials_stand_for_a_name() {
    for (name, shown) in [
        ("Grace Hopper", "GH"),
        ("Ada", "A"),
        ("Ada King Lovelace", "AL"),
        ("Q1 Planning", "Q1"),
        ("1st team", "1S"),
        ("2024 cohort", "2C"),
        ("private group", "PG"),
        ("Jean-Luc", "JL"),
        ("企画部", "企"),
        ("e\u{301}tude", "E\u{301}"),
        ("…", ""),
        ("", ""),
    ] {
        assert_eq!(initials(name), shown, "{name}");
    }
}
