//! Writes a macaroon's bytes as text: base64, or the escaped base64url that the onezone server
//! calls "base62" (docs/contracts/onezone.md#the-token).

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Writes without padding, and reads with and without it.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);

/// The characters that are escaped. Each is written as `0` and its index in this list.
const ESCAPED: [char; 6] = ['0', '_', '-', '/', '+', '='];

/// Encodes bytes as base64url without padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    FOR_URLS.encode(bytes)
}

/// Decodes base64 in either alphabet. A mix of both alphabets is refused.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['+', '/']) { PLAIN } else { FOR_URLS };
    engine.decode(text).ok()
}

/// Escapes the text so that only letters and digits remain.
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

/// Returns the text that [`escape`] escaped. `None` if `escape` cannot have written it.
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
