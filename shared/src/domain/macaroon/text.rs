//! A macaroon's bytes as text: base64, and the escaped base64url that the onezone server wrote
//! ("base62", docs/contracts/onezone.md#the-token).

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Writes no padding and reads with and without.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);

/// What each escaped character is written as, after a `0`: its place in this list.
const ESCAPED: [char; 6] = ['0', '_', '-', '/', '+', '='];

/// Base64url without padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    FOR_URLS.encode(bytes)
}

/// Base64 of either alphabet, but not of both at once.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['+', '/']) { PLAIN } else { FOR_URLS };
    engine.decode(text).ok()
}

/// Letters and digits only.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 16);
    for character in text.chars() {
        match ESCAPED.iter().position(|known| *known == character) {
            Some(place) => escaped.push_str(&format!("0{place}")),
            None => escaped.push(character),
        }
    }
    escaped
}

/// What [`escape`] made the text from; none where it made no such text.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '0' => *ESCAPED.get(characters.next()?.to_digit(10)? as usize)?,
            other if other.is_ascii_alphanumeric() => other,
            _ => return None,
        });
    }
    Some(plain)
}
