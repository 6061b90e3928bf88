//! Macaroons: tokens that whoever holds one can narrow, and nobody can widen
//! (docs/contracts/onezone.md#the-token).
//!
//! A macaroon has a location, an identifier, caveats, and a signature that chains HMAC-SHA256 over
//! the identifier and each caveat. Its packets and its chain are the crate `libmacaroon`'s
//! (libmacaroons version 1); here stand the limits, the two forms of text, what a caveat may say,
//! and which invite a macaroon names. The location is no part of the signature, so nothing is ever
//! decided by it.

mod caveats;
mod invite;
mod text;

use std::fmt;

use libmacaroon::{Caveat, Format, MacaroonKey, Verifier};

pub use caveats::{Caveats, TOKEN_TYPE};
pub use invite::NotOpened;

/// The longest token that is looked at, in bytes. Nothing is decoded before this is known.
pub const MAX_LENGTH: usize = 4096;
/// The most caveats that a macaroon may have.
pub const MAX_CAVEATS: usize = 32;
/// The location that ours carry, as the server's did.
const LOCATION: &str = "onezone";

/// A macaroon in memory: read, but not yet verified. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Macaroon(libmacaroon::Macaroon);

/// Why a macaroon opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotVerified {
    /// Another secret signed it, or it was altered since.
    Signature,
    /// It has a caveat that nobody here knows, or lacks the one that says what it is for.
    Caveat,
}

impl Macaroon {
    /// A macaroon of `identifier` with these caveats, signed with `secret`.
    ///
    /// # Panics
    /// Never with what this service mints: an identifier or caveat would have to be of 64 KiB, or
    /// the identifier empty.
    #[expect(
        clippy::expect_used,
        reason = "identifiers and caveats of ours are far below the crate's limits"
    )]
    pub fn mint(secret: &[u8], identifier: &str, caveats: &[String]) -> Self {
        let mut macaroon = libmacaroon::Macaroon::create(
            Some(LOCATION),
            &MacaroonKey::generate(secret),
            identifier,
        )
        .expect("short");
        for caveat in caveats {
            macaroon.add_first_party_caveat(caveat).expect("short");
        }
        Self(macaroon)
    }

    /// The same macaroon under one more caveat, as any holder can make it; none where it would be
    /// longer than is taken.
    pub fn narrowed(&self, caveat: &str) -> Option<Self> {
        let mut narrowed = self.0.clone();
        narrowed.add_first_party_caveat(caveat).ok()?;
        let narrowed = Self(narrowed);
        let taken =
            narrowed.0.caveats().len() <= MAX_CAVEATS && narrowed.to_base62().len() <= MAX_LENGTH;
        taken.then_some(narrowed)
    }

    /// Reads a token in either form of text: the server's escaped one ("base62"), or base64 with or
    /// without its padding, in the alphabet for URLs or the other. The packets inside must be
    /// exactly those that this service would write, so that a token has one reading.
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

    /// The packets of version 1; none where they could not be read again.
    fn packets(&self) -> Vec<u8> {
        self.0.serialize(Format::V1).ok().and_then(|text| text::decode(&text)).unwrap_or_default()
    }

    /// The token as the server wrote it: base64url without padding, and all that is no letter or
    /// digit, and `0`, escaped by `0`.
    pub fn to_base62(&self) -> String {
        text::escape(&self.to_base64url())
    }

    /// The token as the documentation's example has it: base64url without padding.
    pub fn to_base64url(&self) -> String {
        text::encode(&self.packets())
    }

    /// What the macaroon names, for whoever knows the secret that belongs to it; none where it is
    /// no text.
    pub fn identifier(&self) -> Option<&str> {
        std::str::from_utf8(self.0.identifier()).ok()
    }

    /// What the macaroon asks of whoever uses it, if `secret` signed it and every caveat is one
    /// that this service knows.
    ///
    /// # Errors
    /// See [`NotVerified`]. A third-party caveat is unknown here: nobody discharges one.
    pub fn verify(&self, secret: &[u8]) -> Result<Caveats, NotVerified> {
        if self.0.caveats().iter().any(|caveat| caveat.as_third_party().is_some()) {
            return Err(NotVerified::Caveat);
        }
        // The chain alone: what the caveats say is read below, each of them, for more than yes and
        // no.
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
