//! Macaroons of version 2 in JSON, as the libraries write them.
//!
//! Each library has its own order of keys, and Go escapes characters that are special in HTML. Only
//! these spellings are read, so a macaroon has one spelling for each library.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::packets;

/// The fields of a macaroon whose values are texts, except for its signature.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// Read only so that it is allowed. The spellings have its value.
    #[serde(rename = "v")]
    _version: Option<u8>,
    #[serde(rename = "l")]
    location: Option<String>,
    #[serde(rename = "i")]
    identifier: String,
    #[serde(rename = "c", default)]
    caveats: Vec<FirstParty>,
    #[serde(rename = "s64")]
    signature: String,
}

/// A first-party caveat. A third-party caveat has more fields, and opens nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstParty {
    #[serde(rename = "i")]
    identifier: String,
}

/// Converts a macaroon that one of the libraries wrote into its packets.
pub(super) fn to_packets(text: &str) -> Option<Vec<u8>> {
    let fields: Fields = serde_json::from_str(text).ok()?;
    let spelled = [fields.by_libmacaroons(), fields.by_npm(), fields.by_go()];
    if !spelled.iter().any(|spelling| spelling == text) {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(&fields.signature).ok()?;
    let caveats: Vec<&[u8]> =
        fields.caveats.iter().map(|caveat| caveat.identifier.as_bytes()).collect();
    let location = fields.location.as_deref();
    Some(packets::of_version_2(location, fields.identifier.as_bytes(), &caveats, &signature))
}

impl Fields {
    /// Returns the spelling of libmacaroons, whose version is always there.
    fn by_libmacaroons(&self) -> String {
        let location = self.location.as_deref().map(|text| format!("\"l\":{},", quoted(text)));
        format!(
            "{{\"v\":2,{}\"i\":{},\"c\":{},\"s64\":{}}}",
            location.unwrap_or_default(),
            quoted(&self.identifier),
            self.list(quoted),
            quoted(&self.signature)
        )
    }

    /// Returns the spelling of the npm package `macaroon`, which leaves out an empty list.
    fn by_npm(&self) -> String {
        let location = self.location.as_deref().map(|text| format!(",\"l\":{}", quoted(text)));
        let caveats = (!self.caveats.is_empty()).then(|| format!(",\"c\":{}", self.list(quoted)));
        format!(
            "{{\"v\":2,\"s64\":{},\"i\":{}{}{}}}",
            quoted(&self.signature),
            quoted(&self.identifier),
            location.unwrap_or_default(),
            caveats.unwrap_or_default()
        )
    }

    /// Returns the spelling of the Go package `macaroon.v2`, which leaves out the version.
    fn by_go(&self) -> String {
        let caveats =
            (!self.caveats.is_empty()).then(|| format!("\"c\":{},", self.list(quoted_by_go)));
        let location =
            self.location.as_deref().map(|text| format!("\"l\":{},", quoted_by_go(text)));
        format!(
            "{{{}{}\"i\":{},\"s64\":{}}}",
            caveats.unwrap_or_default(),
            location.unwrap_or_default(),
            quoted_by_go(&self.identifier),
            quoted(&self.signature)
        )
    }

    fn list(&self, quote: fn(&str) -> String) -> String {
        let caveats = self.caveats.iter();
        let caveats: Vec<String> =
            caveats.map(|caveat| format!("{{\"i\":{}}}", quote(&caveat.identifier))).collect();
        format!("[{}]", caveats.join(","))
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn quoted_by_go(text: &str) -> String {
    let mut escaped = quoted(text);
    for (character, escape) in [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ] {
        escaped = escaped.replace(character, escape);
    }
    escaped
}
