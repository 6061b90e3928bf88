//! Macaroons: tokens that every holder can narrow and nobody can widen
//! (docs/contracts/onezone.md#the-token).
//!
//! A macaroon has a location, an identifier, caveats, and a signature that chains HMAC-SHA256 over
//! the identifier and each caveat. The signature does not cover the location, so nothing depends on
//! it.
//!
//! The crate `libmacaroon` implements the packets and the chain (libmacaroons version 1). This
//! module adds the limits, the two text forms, the meaning of caveats, and the invite of a
//! macaroon.

mod caveats;
mod invite;
mod text;

use std::fmt;

use libmacaroon::{Caveat, Format, MacaroonKey, Verifier};

pub use caveats::{Caveats, TOKEN_TYPE};
pub use invite::NotOpened;

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

    /// Parses a token in one of two text forms: the server's escaped one ("base62"), or base64 in
    /// either alphabet, with or without padding.
    ///
    /// The packets inside must be exactly those that this service would write, so that a token has
    /// one reading.
    pub fn parse(token: &str) -> Option<Self> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let readings =
            [text::unescape(token).and_then(|text| text::decode(&text)), text::decode(token)];
        readings.into_iter().flatten().find_map(|packets| Self::from_packets(&packets))
    }

    fn from_packets(packets: &[u8]) -> Option<Self> {
        let macaroon = Self(libmacaroon::Macaroon::deserialize_binary(packets).ok()?);
        let canonical = macaroon.packets() == packets;
        (canonical && macaroon.0.caveats().len() <= MAX_CAVEATS).then_some(macaroon)
    }

    /// Returns the packets of version 1. Empty if the crate cannot serialize them.
    fn packets(&self) -> Vec<u8> {
        self.0.serialize(Format::V1).ok().and_then(|text| text::decode(&text)).unwrap_or_default()
    }

    /// Returns the token in the server's form: base64url in which `0`, and every character that is
    /// not a letter or digit, is escaped with `0`.
    pub fn to_base62(&self) -> String {
        text::escape(&self.to_base64url())
    }

    /// Returns the token as base64url without padding, the form in the original's documentation.
    pub fn to_base64url(&self) -> String {
        text::encode(&self.packets())
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
        if self.0.caveats().iter().any(|caveat| caveat.as_third_party().is_some()) {
            return Err(NotVerified::Caveat);
        }
        // Verify only the chain. The caveats are parsed below, because a verifier could only accept
        // or reject them.
        let mut chain = Verifier::default();
        chain.satisfy_general(|_| true);
        chain
            .verify(&self.0, &MacaroonKey::generate(secret), &[])
            .map_err(|_| NotVerified::Signature)?;
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
