//! The settings of the published APIs.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::{ConfigError, Environment, settings};

/// The settings of the published APIs.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// The required value of `X-API-TENANT` at the evanta API: `EVANTA_TENANT`. `None` ignores the
    /// header.
    pub evanta_tenant: Option<String>,
    /// The first segment of the chembiohub API's paths: `CHEMBIOHUB_NAMESPACE`.
    pub chembiohub_namespace: String,
    /// The API keys that the bungie API accepts: `BUNGIE_API_KEY_HASHES`.
    pub bungie_api_keys: ApiKeys,
}

impl ApiSettings {
    /// Reads the variables that the fields name. All are optional.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the invalid variable.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            evanta_tenant: environment.optional(settings::EVANTA_TENANT).map(str::to_owned),
            chembiohub_namespace: namespace(environment.required(settings::CHEMBIOHUB_NAMESPACE)?)?,
            bungie_api_keys: ApiKeys::parse(
                environment.optional(settings::BUNGIE_API_KEY_HASHES).unwrap_or_default(),
            )?,
        })
    }
}

/// Checks that the text consists of letters, digits, `_` and `-`, because it is also part of cookie
/// names.
fn namespace(text: &str) -> Result<String, ConfigError> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        Ok(text.to_owned())
    } else {
        Err(settings::CHEMBIOHUB_NAMESPACE.wrong("must be letters, digits, '_' and '-'"))
    }
}

/// The SHA-256 hashes of API keys, because the configuration must not hold the keys themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiKeys(Vec<[u8; 32]>);

impl ApiKeys {
    /// Parses hashes of 64 hexadecimal digits, separated by commas.
    fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = || {
            settings::BUNGIE_API_KEY_HASHES
                .wrong("must be SHA-256 hashes in hexadecimal digits, separated by commas")
        };
        let hashes = text.split(',').map(str::trim).filter(|hash| !hash.is_empty());
        hashes.map(|hash| parse_hash(hash).ok_or_else(wrong)).collect::<Result<_, _>>().map(Self)
    }

    /// Returns whether the key is accepted. An empty list accepts every key.
    pub fn take(&self, key: &str) -> bool {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        self.0.is_empty()
            || self.0.iter().fold(false, |found, own| found | bool::from(own.ct_eq(&hash)))
    }
}

fn parse_hash(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<ApiSettings, ConfigError> {
        ApiSettings::read(&[(name.to_owned(), value.to_owned())].into_iter().collect())
    }

    #[test]
    fn every_setting_is_optional() {
        let settings = ApiSettings::read(&Environment::default()).unwrap();
        assert_eq!(
            (settings.evanta_tenant, settings.chembiohub_namespace.as_str()),
            (None, "chembiohub")
        );
        assert!(settings.bungie_api_keys.take("anything"));
    }

    #[test]
    fn api_keys_match_by_their_hashes() {
        // printf %s key | sha256sum
        let settings = read(
            "BUNGIE_API_KEY_HASHES",
            "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683",
        )
        .unwrap();
        assert!(settings.bungie_api_keys.take("key"));
        assert!(!settings.bungie_api_keys.take("Key"));
    }

    #[test]
    fn the_error_of_a_wrong_setting_names_it() {
        for (name, value) in [
            ("BUNGIE_API_KEY_HASHES", "key"),
            ("BUNGIE_API_KEY_HASHES", &"zz".repeat(32)),
            ("BUNGIE_API_KEY_HASHES", &"+1".repeat(32)),
            ("CHEMBIOHUB_NAMESPACE", "a/b"),
            ("CHEMBIOHUB_NAMESPACE", "a b"),
        ] {
            assert_eq!(read(name, value).unwrap_err().variable, name, "{value}");
        }
    }
}
