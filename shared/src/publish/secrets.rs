//! The secrets that sign webhooks, as in Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

use crate::config::{ConfigError, Environment, settings};
use crate::domain::clock::Timestamp;

/// The start of a secret, by which people and scanners recognize it.
const PREFIX: &str = "whsec_";
/// The bytes of a secret, as in Standard Webhooks.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// One secret, or two while it is replaced.
#[derive(Clone, Debug)]
pub(super) struct Secrets(Vec<SecretSlice<u8>>);

impl Secrets {
    /// Reads `WEBHOOK_SECRETS`.
    ///
    /// # Errors
    /// `ConfigError` if there is no secret, if there are more than two, or if one is not `whsec_` and
    /// 24 to 64 bytes in base64.
    pub(super) fn configure(environment: &Environment) -> Result<Self, ConfigError> {
        let setting = settings::WEBHOOK_SECRETS;
        let all: Option<Vec<_>> =
            environment.required(setting)?.split_whitespace().map(secret).collect();
        match all {
            Some(all) if (1..=2).contains(&all.len()) => Ok(Self(all)),
            _ => Err(setting.wrong(
                "must be one or two secrets, each whsec_ and 24 to 64 bytes in base64, separated by a blank",
            )),
        }
    }

    /// Returns the value of `webhook-signature`: a signature by each secret.
    pub(super) fn sign(&self, id: &str, at: Timestamp, body: &str) -> String {
        let signature = |secret: &SecretSlice<u8>| {
            #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret())
                .expect("HMAC takes a key of any length");
            mac.update(format!("{id}.{}.{body}", at.seconds()).as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.0.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}

/// Parses a secret. `None` if it has the wrong form.
fn secret(text: &str) -> Option<SecretSlice<u8>> {
    let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
    LENGTHS.contains(&bytes.len()).then(|| SecretSlice::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the libraries' own test.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn secrets(value: &str) -> Result<Secrets, ConfigError> {
        Secrets::configure(
            &[("WEBHOOK_SECRETS".to_owned(), value.to_owned())].into_iter().collect(),
        )
    }

    fn sign(value: &str) -> String {
        let at = Timestamp::from_seconds(1_614_265_330);
        secrets(value).unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#)
    }

    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(SECRET), signature);
        let both = sign(&format!("{OTHER} {SECRET}"));
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!(second, signature);
        assert!(first.starts_with("v1,") && first != signature);
    }

    #[test]
    fn a_secret_of_another_form_is_refused_without_being_shown() {
        let three = format!("{SECRET} {OTHER} {SECRET}");
        let short = "whsec_c2VjcmV0";
        let long = format!("whsec_{}", "A".repeat(88));
        for value in
            ["", " ", &SECRET[6..], "whsec_?", short, &long, &three, &format!("{SECRET},{OTHER}")]
        {
            let error = secrets(value).unwrap_err().to_string();
            assert!(error.starts_with("configuration variable WEBHOOK_SECRETS "), "{error}");
            assert!(!error.contains("MfKQ") && !error.contains("c2Vj"), "{error}");
        }
        assert!(format!("{:?}", secrets(SECRET)).contains("REDACTED"));
    }
}
