//! The binary form of version 2 (libmacaroons, `doc/format.txt`).

/// The types of fields.
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;
/// Ends the header, each caveat, and the list of caveats.
const END: u8 = 0;

/// Writes a macaroon of version 2 whose caveats are all first-party caveats.
pub(super) fn of_version_2(
    location: Option<&str>,
    identifier: &[u8],
    caveats: &[&[u8]],
    signature: &[u8],
) -> Vec<u8> {
    let mut bytes = vec![2];
    if let Some(location) = location {
        write(&mut bytes, LOCATION, location.as_bytes());
    }
    write(&mut bytes, IDENTIFIER, identifier);
    bytes.push(END);
    for caveat in caveats {
        write(&mut bytes, IDENTIFIER, caveat);
        bytes.push(END);
    }
    bytes.push(END);
    write(&mut bytes, SIGNATURE, signature);
    bytes
}

fn write(bytes: &mut Vec<u8>, kind: u8, value: &[u8]) {
    bytes.push(kind);
    let mut length = value.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(value);
}
