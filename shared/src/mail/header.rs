//! Names in the headers of mails (RFC 5322 §3.4, RFC 2047).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of text in an encoded word, which may have 75 characters (RFC 2047 §2).
const WORD_BYTES: usize = 45;

/// Returns a mailbox with a display name. The name is quoted, or encoded if it is not printable
/// ASCII. Control characters are removed.
///
/// The words of an encoded name are separated by spaces, where a mail server may fold the header.
pub(super) fn mailbox(name: &str, address: &str) -> String {
    let shown: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        address.to_owned()
    // Some mail clients decode encoded words inside quotes too.
    } else if name.is_ascii() && !name.contains("=?") {
        format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("{} <{address}>", encoded_words(&name))
    }
}

/// Encodes the text as encoded words. No character is split between two words (RFC 2047 §5).
fn encoded_words(text: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        let is_full = words.last().is_some_and(|word| word.len() + c.len_utf8() > WORD_BYTES);
        if is_full {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let encoded = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_quoted() {
        assert_eq!(mailbox("Hopper, Grace", "a@b.org"), "\"Hopper, Grace\" <a@b.org>");
        assert_eq!(mailbox("\"G\" \\ H", "a@b.org"), "\"\\\"G\\\" \\\\ H\" <a@b.org>");
        assert_eq!(mailbox(" a\r\n b ", "a@b.org"), "\"a b\" <a@b.org>");
        assert_eq!(mailbox("\r\n", "a@b.org"), "a@b.org");
    }

    #[test]
    fn other_names_are_encoded_in_words_of_at_most_75_characters() {
        assert_eq!(mailbox("Jürgen", "a@b.org"), "=?UTF-8?B?SsO8cmdlbg==?= <a@b.org>");
        assert_eq!(mailbox("=?x", "a@b.org"), "=?UTF-8?B?PT94?= <a@b.org>");
        let long = mailbox(&"🎉".repeat(40), "a@b.org");
        assert!(long.split(' ').all(|word| word.len() <= 75), "{long}");
    }
}
