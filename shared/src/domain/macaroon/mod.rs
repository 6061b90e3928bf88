//! Macaroons: tokens that every holder can narrow and nobody can widen
//! (docs/contracts/onezone.md#the-token).
//!
//! A macaroon has a location, an identifier, caveats, and a signature that chains HMAC-SHA256 over
//! the identifier and each caveat. The signature does not cover the location, so nothing depends on
//! it.
//!
//! The crate `libmacaroon` implements the packets of both versions. This module adds the limits, the
//! text forms, the check of the chain, the meaning of caveats, and the invite of a macaroon.
//! Macaroons are written in version 1, and read in both.

mod caveats;
mod chain;
mod invite;
mod json;
mod narrow;
mod packets;
mod text;

use std::fmt;

use libmacaroon::{Caveat, Format, MacaroonKey};

pub use caveats::{Caveats, TOKEN_TYPE};
pub use invite::{NotOpened, is_token_of_link};
pub use narrow::Narrowing;

/// The longest token that is read, in bytes. The length is checked before decoding.
pub const MAX_LENGTH: usize = 4096;
/// The most caveats of a macaroon.
pub const MAX_CAVEATS: usize = 32;
/// The location of our macaroons, which is that of the original server.
const LOCATION: &str = "onezone";

/// A macaroon that was parsed but not yet verified. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Macaroon(libmacaroon::Macaroon);

/// The reason why a macaroon is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotVerified {
    /// Another secret signed it, or it was altered.
    Signature,
    /// It has an unknown caveat, or lacks its type.
    Caveat,
}

impl Macaroon {
    /// Creates a macaroon of `identifier` with these caveats, signed with `secret`.
    ///
    /// # Panics
    /// If the identifier is empty, or if the identifier or a caveat has 64 KiB. Those of this
    /// service are far smaller.
    #[expect(
        clippy::expect_used,
        reason = "our identifiers and caveats are far below the crate's limits"
    )]
    pub fn mint(secret: &[u8], identifier: &str, caveats: &[String]) -> Self {
        let mut macaroon = libmacaroon::Macaroon::create(
            Some(LOCATION),
            &MacaroonKey::generate(secret),
            identifier,
        )
        .expect("within the crate's limits");
        for caveat in caveats {
            macaroon.add_first_party_caveat(caveat).expect("within the crate's limits");
        }
        Self(macaroon)
    }

    /// Returns the macaroon with one more caveat, as any holder can add one. `None` if it would
    /// exceed a limit.
    pub fn narrowed(&self, caveat: &str) -> Option<Self> {
        let mut narrowed = self.0.clone();
        narrowed.add_first_party_caveat(caveat).ok()?;
        let narrowed = Self(narrowed);
        let taken =
            narrowed.0.caveats().len() <= MAX_CAVEATS && narrowed.to_base62().len() <= MAX_LENGTH;
        taken.then_some(narrowed)
    }

    /// Parses a token in one of three text forms: the server's escaped one ("base62"); base64 in
    /// either alphabet, with or without padding; or the JSON of version 2.
    ///
    /// The packets inside are those of version 1 or 2. They must be exactly those that a library
    /// writes for this macaroon, so that a token has one reading.
    pub fn parse(token: &str) -> Option<Self> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        if token.starts_with('{') {
            return Self::from_packets(&json::to_packets(token)?);
        }
        let readings =
            [text::unescape(token).and_then(|text| text::decode(&text)), text::decode(token)];
        readings.into_iter().flatten().find_map(|packets| Self::from_packets(&packets))
    }

    fn from_packets(packets: &[u8]) -> Option<Self> {
        let macaroon = Self(libmacaroon::Macaroon::deserialize_binary(packets).ok()?);
        let format = if packets.first() == Some(&2) { Format::V2 } else { Format::V1 };
        let canonical = macaroon.packets(format) == packets;
        (canonical && macaroon.0.caveats().len() <= MAX_CAVEATS).then_some(macaroon)
    }

    /// Returns the packets of this version. Empty if the crate cannot serialize them.
    fn packets(&self, format: Format) -> Vec<u8> {
        self.0.serialize(format).ok().and_then(|text| text::decode(&text)).unwrap_or_default()
    }

    /// Returns the token in the server's form: base64url in which `0`, and every character that is
    /// not a letter or digit, is escaped with `0`.
    pub fn to_base62(&self) -> String {
        text::escape(&self.to_base64url())
    }

    /// Returns the token as base64url without padding, the form in the original's documentation.
    pub fn to_base64url(&self) -> String {
        text::encode(&self.packets(Format::V1))
    }

    /// Returns the identifier. `None` if it is not UTF-8.
    pub fn identifier(&self) -> Option<&str> {
        std::str::from_utf8(self.0.identifier()).ok()
    }

    /// Returns the conditions of the caveats, if `secret` signed the macaroon.
    ///
    /// # Errors
    /// - `Signature` if another secret signed it, or it was altered.
    /// - `Caveat` if a caveat is unknown, is a third-party caveat, or the type is missing.
    pub fn verify(&self, secret: &[u8]) -> Result<Caveats, NotVerified> {
        // The signature comes first, so that a forged macaroon tells nothing by its caveats.
        if !chain::is_signed(&self.0, secret) {
            return Err(NotVerified::Signature);
        }
        if self.0.caveats().iter().any(|caveat| caveat.as_third_party().is_some()) {
            return Err(NotVerified::Caveat);
        }
        let predicates = self
            .0
            .caveats()
            .iter()
            .filter_map(Caveat::as_first_party)
            .map(|caveat| caveat.predicate());
        Caveats::read(predicates).ok_or(NotVerified::Caveat)
    }
}

impl fmt::Debug for Macaroon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Macaroon(…)")
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod version_2_tests;
