//! Counters in a record: its version, and an invite's generation.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The number of writes to a record, from 1. An `ETag` shows it, and each write is conditional on
/// the version before.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(u64);

impl Version {
    /// The version of a record that was never written.
    pub const NEVER_WRITTEN: Self = Self(0);
    /// The version of a new record.
    pub const FIRST: Self = Self(1);

    /// Returns the version with this number.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// Returns the version after the next write.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the version before the last write.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

/// The number of an invite among those with the same id, from 1. A token carries the generation of
/// its invite and is valid for that one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(u32);

impl Generation {
    /// The generation of the first invite with its id.
    pub const FIRST: Self = Self(1);

    /// Returns the generation with this number.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Returns the generation of the next invite with the same id.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the generation before this one.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Display for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Identifies the request that last wrote a record. A retried write recognizes its own work by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// Creates an id from random bytes.
    pub fn from_entropy(entropy: [u8; 16]) -> Self {
        Self(entropy.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns the id of the part `number` of a request with these random bytes.
    pub fn numbered(entropy: [u8; 16], number: usize) -> Self {
        let mut digest = Sha256::new_with_prefix(entropy);
        digest.update(number.to_be_bytes());
        let digest = digest.finalize();
        Self(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns the id as text: 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_adds_one_and_before_subtracts_one() {
        assert_eq!(Version::FIRST, Version::NEVER_WRITTEN.next());
        assert_eq!(Version::from_number(7).before().number(), 6);
        assert_eq!(Generation::FIRST.next(), Generation::from_number(2));
        assert_eq!(Generation::from_number(2).before(), Generation::FIRST);
    }

    #[test]
    fn the_parts_of_a_request_have_different_ids() {
        let part = |number| RequestId::numbered([7; 16], number);
        assert_eq!(part(0), part(0));
        assert!(part(0) != part(1) && part(0) != RequestId::from_entropy([7; 16]));
        assert_eq!(part(0).as_str().len(), 32);
    }

    #[test]
    fn a_request_id_is_32_hexadecimal_digits() {
        assert_eq!(RequestId::from_entropy([0xab; 16]).as_str(), "ab".repeat(16));
    }
}
