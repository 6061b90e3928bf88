//! The signature chain: HMAC-SHA256 over the identifier and each caveat
//! (docs/contracts/onezone.md#the-token).
//!
//! The crate's verifier rejects a third-party caveat before it looks at the signature. A forged
//! macaroon must not be distinguished by its caveats, so the chain is computed here.

use hmac::{Hmac, KeyInit, Mac};
use libmacaroon::{Caveat, MacaroonKey};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Returns whether `secret` signed the macaroon, whatever its caveats are.
pub(super) fn is_signed(macaroon: &libmacaroon::Macaroon, secret: &[u8]) -> bool {
    let key = MacaroonKey::generate(secret);
    let mut signature = keyed(key.as_ref(), &[macaroon.identifier()]);
    for caveat in macaroon.caveats() {
        signature = match caveat {
            Caveat::FirstParty(caveat) => keyed(&signature, &[caveat.predicate()]),
            Caveat::ThirdParty(caveat) => keyed(
                &signature,
                &[&keyed(&signature, &[caveat.verifier_id()]), &keyed(&signature, &[caveat.id()])],
            ),
        };
    }
    let found: &[u8] = macaroon.signature().as_ref();
    signature.ct_eq(found).into()
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
