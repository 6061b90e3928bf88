//! Keys by which a client repeats a request without repeating its effect.

use super::Invalid;
use super::invisible::trim;

/// The value of the header `Idempotency-Key`: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses the key, and removes the blanks around it.
    ///
    /// # Errors
    /// `invalid_idempotency_key`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let key = trim(text);
        if (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(key.to_owned()));
        }
        Err(Invalid::new(
            "invalid_idempotency_key",
            "Give 1 to 64 visible ASCII characters in the header Idempotency-Key.",
        ))
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_1_to_64_visible_characters() {
        for text in ["a", "5f2b0c1e-9f1a-4b8e-8a57-0d7f3f0b9b51", &"x".repeat(64)] {
            assert_eq!(IdempotencyKey::parse(text).unwrap().as_str(), text);
        }
        for text in ["", " ", "a b", "\u{e9}", &"x".repeat(65)] {
            assert!(IdempotencyKey::parse(text).is_err(), "{text:?}");
        }
    }
}
