//! Reads a token out of what a person copied: the whole link, with blanks, brackets or a full stop
//! around it.

use super::{CHECKSUM, MAX_LENGTH, PREFIX, base62, checksum};

/// The longest text that is searched for a token, in bytes: a link with the longest token, and a
/// little text around it.
const MAX_TEXT: usize = 8192;
/// The digits of the shortest token, whose group id has one character.
const MIN_DIGITS: usize = 45;
/// What precedes the token in a link.
const LINK_PATH: &str = "/i/";

/// What is wrong with a text that was meant to be a token. Only the text decides it, so it tells
/// nothing about the invites that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFlaw {
    /// The text was changed to capital or to small letters.
    LetterCase,
    /// Characters are missing, or were changed.
    Incomplete,
}

impl TokenFlaw {
    /// Returns what is wrong with `text`. `None` if it is not like a token, or like a whole one.
    pub fn of(text: &str) -> Option<Self> {
        let visible = visible(text);
        let flaw = Self::of_word(&visible)?;
        // A line break may be inside the token.
        Self::of_word(&without_blanks(&visible)).map(|_| flaw)
    }

    fn of_word(text: &str) -> Option<Self> {
        let folded = text.to_ascii_lowercase();
        let start = folded.find(PREFIX)?;
        let token = alphanumeric(&text[start..], PREFIX.len());
        let digits = &token[PREFIX.len()..];
        let is_whole = base62::decode(digits).is_some_and(|bytes| has_checksum(&bytes));
        let is = |class: fn(&u8) -> bool| digits.bytes().any(|digit| class(&digit));
        let both_cases = is(u8::is_ascii_uppercase) && is(u8::is_ascii_lowercase);
        if !token.starts_with(PREFIX) || (digits.len() >= MIN_DIGITS && !both_cases) {
            Some(Self::LetterCase)
        } else {
            (!is_whole).then_some(Self::Incomplete)
        }
    }
}

/// Returns the tokens that `text` may contain, the most probable one first. No key has verified
/// them.
pub fn copied_tokens(text: &str) -> Vec<String> {
    let visible = visible(text);
    let joined = without_blanks(&visible);
    let own = [&visible, &joined].map(|text| own_token(text));
    let macaroon = macaroon(&joined);
    let trimmed = macaroon.trim_end_matches('/').to_owned();
    let mut tokens: Vec<String> = own.into_iter().flatten().chain([macaroon, trimmed]).collect();
    tokens.retain(|token| !token.is_empty() && token != text);
    tokens.dedup();
    tokens
}

/// Returns whether `text` is a whole link token, by its checksum. No key verifies it.
pub(in crate::domain) fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(PREFIX).filter(|_| text.len() <= MAX_LENGTH);
    digits.and_then(base62::decode).is_some_and(|bytes| has_checksum(&bytes))
}

/// Returns our own token in `text`, up to the first character that no token has.
fn own_token(text: &str) -> Option<String> {
    let start = text.find(PREFIX)?;
    Some(alphanumeric(&text[start..], PREFIX.len()).to_owned())
}

/// Returns the longest start of `text` whose characters after `skipped` are letters and digits.
fn alphanumeric(text: &str, skipped: usize) -> &str {
    let end = text[skipped..].find(|c: char| !c.is_ascii_alphanumeric());
    end.map_or(text, |end| &text[..skipped + end])
}

/// Returns the macaroon in `text`: its first word of base64 digits, or that of the link's path.
fn macaroon(text: &str) -> String {
    let text = text.rsplit_once(LINK_PATH).map_or(text, |(_, token)| token);
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '/' | '=');
    let text = text.trim_start_matches(|c| !is_digit(c));
    text.split(|c| !is_digit(c)).next().unwrap_or_default().to_owned()
}

/// Returns the text without the characters that no link has, such as quotation marks and
/// invisible characters. Empty if the text is too long.
fn visible(text: &str) -> String {
    if text.len() > MAX_TEXT {
        return String::new();
    }
    text.chars().filter(|c| c.is_ascii_graphic() || c.is_whitespace()).collect()
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

fn has_checksum(bytes: &[u8]) -> bool {
    bytes
        .len()
        .checked_sub(CHECKSUM)
        .and_then(|end| bytes.split_at_checked(end))
        .is_some_and(|(signed, sum)| sum == checksum(signed))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;
    use crate::domain::counters::Generation;
    use crate::domain::ids::{GroupId, InviteId};
    use crate::domain::token::{TokenKeys, TokenSubject};

    fn keys() -> TokenKeys {
        TokenKeys::new(1, SecretString::from("k".repeat(32)), None)
    }

    fn subject() -> TokenSubject {
        TokenSubject {
            group: GroupId::parse("3773").unwrap(),
            invite: InviteId::from_number(5_629_499_534_213_120).unwrap(),
            generation: Generation::FIRST,
        }
    }

    /// Returns what people make of a token and its link.
    fn copies(token: &str) -> Vec<String> {
        let link = format!("https://join.example.com/i/{token}");
        let mut copies = Vec::new();
        for text in [token, &link] {
            for (before, after) in [
                (" ", ""),
                ("", " "),
                ("\u{a0}", "\u{200b}"),
                ("\u{feff}", "\r\n"),
                ("", "."),
                ("", ","),
                ("", ")"),
                ("(", ")."),
                ("<", ">"),
                ("", ">"),
                ("", "%3E"),
                ("", "%20"),
                ("\"", "\""),
                ("„", "“"),
                ("", "/"),
                ("", "/."),
                ("", "?utm_source=x"),
                ("", "#access_token=x"),
                ("Open ", " to accept"),
                ("Open:\n\n", "\n\nUntil Friday"),
                ("", "…"),
                ("**", "**"),
                ("[Open](", ")"),
            ] {
                copies.push(format!("{before}{text}{after}"));
            }
            copies.push(format!("{}\n{}", &text[..30], &text[30..]));
            copies.push(format!("{}\u{ad}{}", &text[..30], &text[30..]));
        }
        copies
    }

    #[test]
    fn a_token_is_read_out_of_its_surroundings() {
        let token = keys().token(&subject());
        for copy in copies(token.expose()) {
            assert!(copied_tokens(&copy).contains(&token.expose().to_owned()), "{copy:?}");
            assert_eq!(TokenFlaw::of(&copy), None, "{copy:?}");
        }
    }

    #[test]
    fn a_macaroon_is_read_out_of_its_surroundings() {
        let macaroon = keys().macaroon(&subject(), None);
        let texts = [macaroon.to_base62(), macaroon.to_base64url()];
        let prose = |copy: &str| copy.starts_with("Open") || copy.starts_with("[Open");
        for text in texts {
            for copy in copies(&text).iter().filter(|copy| !prose(copy) || copy.contains("/i/")) {
                // Words after a bare macaroon could be part of it.
                let found = copied_tokens(copy).iter().any(|token| keys().open(token).is_ok());
                assert!(found || copy.contains(" to accept") || copy.contains("Until"), "{copy:?}");
            }
        }
    }

    #[test]
    fn a_flaw_is_told_from_the_text_alone() {
        let token = keys().token(&subject());
        let token = token.expose();
        let letter_case = [
            token.to_uppercase(),
            token.to_lowercase(),
            format!("https://join.example.com/i/{}.", token.to_uppercase()),
            token.replace("bkn_", "Bkn_"),
        ];
        for text in letter_case {
            assert_eq!(TokenFlaw::of(&text), Some(TokenFlaw::LetterCase), "{text}");
        }
        for text in ["bkn_", "bkn_2tLk", &token[..token.len() - 1], &format!("{token}0")] {
            assert_eq!(TokenFlaw::of(text), Some(TokenFlaw::Incomplete), "{text}");
        }
        for text in ["", "x", "opened", "../../etc/passwd", "bkn", &"9".repeat(60_000)] {
            assert_eq!(TokenFlaw::of(text), None, "{text}");
        }
        assert_eq!(TokenFlaw::of(token), None);
        assert!(is_whole(token));
        assert!(!is_whole(&format!("{token}.")));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}|[ -~]{0,80}(bkn_|BKN_|/i/)?[ -~é\u{200b}]{0,80}") {
            for token in copied_tokens(&text) {
                prop_assert!(token.is_ascii());
            }
            TokenFlaw::of(&text);
        }
    }
}
